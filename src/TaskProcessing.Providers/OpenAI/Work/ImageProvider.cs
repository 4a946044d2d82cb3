using System.Collections.Immutable;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Makes images, a few with each call: many models make only one, even if asked for more.</summary>
internal sealed class ImageProvider(OpenAIEndpoint endpoint) : EndpointProvider(endpoint, Type)
{
    public const string Type = "core:text2image";

    private const string SizeSlot = "size";
    private const int MaxImages = 12;

    /// <summary>More at once could take longer than an answer may, and would report no progress.</summary>
    private const int MaxAtOnce = 4;

    protected override ImmutableArray<string> Models => Endpoint.Models.Image;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var wanted = context.Number("numberOfImages");
        if (wanted is not (>= 1 and <= MaxImages) || wanted != Math.Floor(wanted))
            throw new TaskFailedException(
                $"numberOfImages is {wanted}, and must be a whole number from 1 to {MaxImages}.",
                $"Between 1 and {MaxImages} images can be made at once."
            );

        var size = SizeFor(context);
        List<long> images = [];
        while (images.Count < wanted)
        {
            var made = await Endpoint.Images.PaintAsync(
                new ImageRequest(ModelFor(context), context.Text("input"))
                {
                    Count = Math.Min((int)wanted - images.Count, MaxAtOnce),
                    Size = size,
                },
                context.CancellationToken
            );
            foreach (var image in made)
                images.Add(await context.UploadFileAsync(image.Open(), $"image-{images.Count + 1}.{image.Ending}"));

            await context.ReportProgressAsync(images.Count / wanted);
        }

        return new TaskOutput { { "images", images } };
    }

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) =>
        descriptor with
        {
            ExpectedRuntime = TimeSpan.FromMinutes(1),
            InputShapeDefaults = descriptor.InputShapeDefaults.Add("numberOfImages", Json(1)),
            OptionalInputShape = [new ShapeDescriptor(SizeSlot, "Size", "How large the images are, such as 1024x1024", ShapeType.Text)],
        };

    private string? SizeFor(TaskRunContext context)
    {
        if ((context.TextOrNull(SizeSlot) is { Length: > 0 } own ? own : Endpoint.Options.ImageSize) is not { Length: > 0 } size)
            return null;

        return ImageSize.IsOne(size)
            ? size
            : throw new TaskFailedException(
                $"size is \"{Shorten.ToLine(size)}\", and must be like 1024x1024.",
                "The size of an image must be given like 1024x1024."
            );
    }
}
