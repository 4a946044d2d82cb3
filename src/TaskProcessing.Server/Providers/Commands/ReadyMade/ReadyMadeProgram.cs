using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.Commands.ReadyMade;

/// <summary>A program that the server knows how to use.</summary>
/// <param name="Name">Its name in the log.</param>
/// <param name="Use">Whether it is wanted.</param>
/// <param name="Programs">What has to be installed; the first one is asked.</param>
/// <param name="Question">The arguments that make it list its languages or voices; empty when there is nothing to ask.</param>
/// <param name="Create">Makes the provider of the programs' paths and the answer; null when the answer holds nothing of use.</param>
internal sealed record ReadyMadeProgram(
    string Name,
    Func<ReadyMadeOptions, ReadyMadeUse> Use,
    IReadOnlyList<string> Programs,
    IReadOnlyList<string> Question,
    Func<ReadyMadeKit, IReadOnlyList<string>, string, TaskProvider?> Create)
{
    public static IReadOnlyList<ReadyMadeProgram> All { get; } =
    [
        new("tesseract", options => options.Tesseract, ["tesseract"], ["--list-langs"], TesseractProvider.Create),
        new("espeak-ng", options => options.EspeakNg, ["espeak-ng"], ["--voices"], EspeakProvider.Create),
        new("flite", options => options.Flite, ["flite"], ["-lv"], FliteProvider.Create),
        new("pocketsphinx", options => options.Pocketsphinx, ["pocketsphinx_continuous", "ffmpeg"], [], PocketsphinxProvider.Create),
        new("apertium", options => options.Apertium, ["apertium"], ["-l"], ApertiumProvider.Create),
    ];
}
