using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>Makes images, one call for each: not every model makes several at once, and so there is progress to tell.</summary>
internal sealed class ImageProvider(OpenAIEndpoint endpoint) : EndpointProvider(endpoint, Type)
{
    public const string Type = "core:text2image";

    private const int Most = 12;

    protected override ImmutableArray<string> Models => Endpoint.Models.Image;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var wanted = context.Number("numberOfImages");
        if (wanted is not (>= 1 and <= Most) || wanted != Math.Floor(wanted))
            throw new TaskFailedException($"numberOfImages is {wanted}, and must be a whole number from 1 to {Most}.", $"Between 1 and {Most} images can be made at once.");

        List<long> images = [];
        for (var index = 0; index < wanted; index++)
        {
            var image = await Endpoint.Client.PaintAsync(ModelFor(context), context.Text("input"), context.CancellationToken);
            images.Add(await context.UploadFileAsync(image.ToStream(), $"image-{index + 1}.{EndingOf(image)}"));
            await context.ReportProgressAsync((index + 1) / wanted);
        }

        return new TaskOutput { { "images", images } };
    }

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) => descriptor with
    {
        ExpectedRuntime = TimeSpan.FromMinutes(1),
        InputShapeDefaults = descriptor.InputShapeDefaults.Add("numberOfImages", Json(1)),
    };

    private static string EndingOf(BinaryData image) => MediaTypes.Of(image.ToMemory().Span[..Math.Min(image.ToMemory().Length, MediaTypes.HeadLength)], "") switch
    {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        var other => throw new TaskFailedException($"The endpoint answered {other} instead of an image.", "The AI service does not answer as it should. Please try again later."),
    };
}
