using System.Text.Json;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>The number and the size of images of one call.</summary>
public sealed class ImageWorkTests
{
    private const string Type = "core:text2image";

    private static OpenAIEndpointOptions Options => new() { ImageModel = "brush" };

    [Fact]
    public async Task Several_images_are_asked_for_at_once_and_no_more_than_four()
    {
        await using var bench = await EndpointBench.StartAsync(Options);
        bench.Endpoint.Script.Enqueue(Painted(4));
        bench.Endpoint.Script.Enqueue(Painted(2));

        using var run = await bench.RunAsync("""{"input":"A boat","numberOfImages":6}""", Type);

        run.Value("images").GetArrayLength().Should().Be(6);
        run.UploadedNames.Values.Should().Equal("image-1.png", "image-2.png", "image-3.png", "image-4.png", "image-5.png", "image-6.png");
        Asked(bench, "n").Should().Equal("4", "2");
        run.Progress.Should().Equal(4 / 6.0, 1);
    }

    [Fact]
    public async Task A_model_that_makes_one_whatever_it_is_asked_is_asked_again()
    {
        await using var bench = await EndpointBench.StartAsync(Options);
        bench.Endpoint.Otherwise = Painted(1);

        using var run = await bench.RunAsync("""{"input":"A boat","numberOfImages":3}""", Type);

        run.Value("images").GetArrayLength().Should().Be(3);
        Asked(bench, "n").Should().Equal("3", "2", null);
    }

    [Fact]
    public async Task More_images_than_asked_for_are_left_out()
    {
        await using var bench = await EndpointBench.StartAsync(Options);
        bench.Endpoint.Otherwise = Painted(3);

        using var run = await bench.RunAsync("""{"input":"A boat","numberOfImages":2}""", Type);

        run.Uploaded.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("""{"error":{"message":"You must provide n=1 for this model.","type":"invalid_request_error","param":null}}""")]
    [InlineData("""{"error":{"message":"Invalid 'n': integer above maximum value.","param":"n","code":"integer_above_max_value"}}""")]
    [InlineData("""{"detail":[{"type":"less_than_equal","loc":["body","n"],"msg":"Input should be less than or equal to 1"}]}""")]
    public async Task A_model_that_refuses_several_is_asked_for_one_after_the_other(string refusal)
    {
        await using var bench = await EndpointBench.StartAsync(Options);
        bench.Endpoint.Otherwise = context =>
            (bench.Endpoint.Requests.Last().Json.TryGetProperty("n", out _) ? ModelEndpoint.Answers(400, refusal) : Painted(1))(context);

        using var run = await bench.RunAsync("""{"input":"A boat","numberOfImages":2}""", Type);

        run.Failure.Should().BeNull();
        run.Uploaded.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("""{"input":"A boat","numberOfImages":1}""", "512x512")]
    [InlineData("""{"input":"A boat","numberOfImages":1,"size":""}""", "512x512")]
    [InlineData("""{"input":"A boat","numberOfImages":1,"size":"1024x1792"}""", "1024x1792")]
    [InlineData("""{"input":"A boat","numberOfImages":1,"size":"auto"}""", "auto")]
    public async Task A_task_or_a_setting_says_how_large_an_image_is(string input, string size)
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { ImageModel = "brush", ImageSize = "512x512" });
        bench.Endpoint.Otherwise = Painted(1);

        using var run = await bench.RunAsync(input, Type);

        run.Failure.Should().BeNull();
        Asked(bench, "size").Should().Equal(size);
    }

    [Fact]
    public async Task A_size_that_the_model_does_not_make_is_named()
    {
        await using var bench = await EndpointBench.StartAsync(Options);
        bench.Endpoint.Otherwise = ModelEndpoint.Answers(
            400,
            """{"error":{"message":"Invalid value: '99x99'. Supported values are: '1024x1024' and 'auto'.","param":"size"}}"""
        );

        using var run = await bench.RunAsync("""{"input":"A boat","numberOfImages":1,"size":"99x99"}""", Type);

        run.Failure.Should()
            .BeOfType<TaskFailedException>()
            .Which.UserMessage.Should()
            .Be("The AI service does not make images of this size. Please choose another one.");
        bench.Endpoint.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_size_that_is_none_is_not_sent()
    {
        await using var bench = await EndpointBench.StartAsync(Options);

        using var run = await bench.RunAsync("""{"input":"A boat","numberOfImages":1,"size":"huge"}""", Type);

        run.Failure.Should()
            .BeOfType<TaskFailedException>()
            .Which.UserMessage.Should()
            .Be("The size of an image must be given like 1024x1024.");
        bench.Endpoint.Requests.Should().BeEmpty();
    }

    private static IEnumerable<string?> Asked(EndpointBench bench, string member) =>
        bench.Endpoint.Requests.Select(request => request.Json.TryGetProperty(member, out var value) ? value.ToString() : null);

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task> Painted(int count) =>
        ModelEndpoint.Answers(200, JsonSerializer.Serialize(new { data = Enumerable.Repeat(new { b64_json = SmallFiles.Png }, count) }));
}
