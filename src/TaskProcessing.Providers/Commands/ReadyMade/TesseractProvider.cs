using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Providers.Commands.Contents;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>Reads the text in images, one text a file; a file may have several pages.</summary>
internal sealed class TesseractProvider(ReadyMadeKit kit, string program, IReadOnlyList<string> languages) : ReadyMadeProvider(kit)
{
    private const string Language = "language";
    private const string NoImage = "The file is no image that can be read.";

    /// <summary>With more of them at once tesseract is slow and guesses.</summary>
    private const int MaxLanguages = 4;

    private readonly ImmutableArray<ShapeEnumValue> _choices =
    [
        .. languages.Select(code => new ShapeEnumValue(LanguageNames.Of(code), code)),
        .. languages.Count is > 1 and <= MaxLanguages
            ? [new ShapeEnumValue(string.Join(" and ", languages.Select(LanguageNames.Of)), string.Join('+', languages))]
            : Array.Empty<ShapeEnumValue>(),
    ];

    private readonly string _standard = languages.Contains("eng") ? "eng" : languages[0];

    public override ProviderDescriptor Descriptor =>
        new()
        {
            Id = "ready:tesseract",
            Name = "Tesseract",
            TaskType = "core:image2text:ocr",
            ExpectedRuntime = TimeSpan.FromSeconds(10),
            OptionalInputShape = [new(Language, "Language", "The language of the text", ShapeType.Enum)],
            OptionalInputShapeEnumValues = Choices(Language, _choices),
            OptionalInputShapeDefaults = ImmutableDictionary<string, JsonElement>.Empty.Add(
                Language,
                JsonSerializer.SerializeToElement(_standard)
            ),
        };

    /// <param name="kit">The shared tools.</param>
    /// <param name="programs">The path of tesseract.</param>
    /// <param name="answer">A title, then one language a line.</param>
    public static TaskProvider? Create(ReadyMadeKit kit, IReadOnlyList<string> programs, string answer)
    {
        // osd detects the orientation of a page; it reads no text.
        var languages = answer.Split('\n').Skip(1).Select(line => line.Trim()).Where(code => code.Length > 0 && code != "osd").ToList();
        return languages.Count == 0 ? null : new TesseractProvider(kit, programs[0], languages);
    }

    protected override async Task<TaskOutput> RunAsync(TaskRunContext context, RunDirectory directory)
    {
        var language = Choice(context, Language, _choices, _standard);
        var files = context.FileIds("input");
        var texts = new List<string>();
        foreach (var id in files)
        {
            await using (var content = await context.OpenFileAsync(id))
            {
                // A file, because only of files tesseract reads all pages.
                var path = await directory.AddAsync(content, context.CancellationToken);
                Check(path);
                var text = await ReadAsync(context, directory, path, language);
                texts.Add(text.Replace('\f', '\n').Trim());
            }

            await context.ReportProgressAsync((double)texts.Count / files.Count);
        }

        return new TaskOutput { { "output", texts } };
    }

    /// <summary>
    /// Refuses a file that is no image: tesseract would read it as a list of images, and open the files that it names.
    /// </summary>
    private void Check(string path)
    {
        using var file = File.OpenRead(path);
        if (ImageHeader.Read(file) is not { } image)
            throw new TaskFailedException("The first bytes are of no kind of image that is known.", NoImage);
        if (image.Pixels > Kit.Options.MaxImagePixels)
            throw new TaskFailedException(
                $"The image has {image.Pixels} pixels, more than MaxImagePixels ({Kit.Options.MaxImagePixels}).",
                "The image is too large."
            );
    }

    private async Task<string> ReadAsync(TaskRunContext context, RunDirectory directory, string path, string language)
    {
        try
        {
            return await RunAsync(context, directory, program, [path, "stdout", "-l", language]);
        }
        catch (TaskFailedException failure) when (failure.UserMessage is null)
        {
            throw new TaskFailedException(failure.Message, "The image cannot be read: it is damaged, or too large.", failure);
        }
    }
}
