using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>Images that the models of an endpoint make.</summary>
internal sealed class ImageCalls(EndpointClient client)
{
    private const string ResponseFormat = "response_format";
    private const string Count = "n";
    private const string Size = "size";

    /// <param name="request">The model, and the image to make.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Images as files; one at least, and perhaps fewer than asked for.</returns>
    /// <exception cref="Sdk.Workers.TaskFailedException">It failed, in words for administrators and users.</exception>
    public async Task<IReadOnlyList<MediaFile>> PaintAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        var media = await client.AskAsync(
            request.Model,
            [ResponseFormat, .. request.Count is 1 ? (string[])[] : [Count], .. request.Size is null ? (string[])[] : [Size]],
            async (sent, _, token) =>
            {
                var body = new JsonObject { ["model"] = request.Model, ["prompt"] = request.Prompt };

                // Bytes rather than an address. OpenAI's newer models send nothing else, and refuse the parameter.
                if (sent.Contains(ResponseFormat))
                    body[ResponseFormat] = "b64_json";
                if (sent.Contains(Count))
                    body[Count] = request.Count;
                if (sent.Contains(Size))
                    body[Size] = request.Size;

                var answer = await client
                    .Library.GetImageClient(request.Model)
                    .GenerateImagesAsync(PlainJson.BodyOf(body), new RequestOptions { CancellationToken = token });
                return MediaAnswer.Read(answer.GetRawResponse().Content.ToMemory(), "image");
            },
            cancellationToken
        );
        List<MediaFile> images = [];
        foreach (var medium in media.Take(request.Count))
            images.Add(await client.FileOfAsync(request.Model, medium, "image", cancellationToken));
        return images;
    }
}

/// <summary>An order of images.</summary>
internal sealed record ImageRequest(string Model, string Prompt)
{
    /// <summary>The number of images.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Such as <c>1024x1024</c>; null for the model's own choice.</summary>
    public string? Size { get; init; }
}

/// <summary>Sizes of images, as endpoints are told them.</summary>
internal static partial class ImageSize
{
    public static bool IsOne(string text) => Form().IsMatch(text);

    [GeneratedRegex(@"\A([1-9][0-9]{1,4}x[1-9][0-9]{1,4}|auto)\z")]
    private static partial Regex Form();
}
