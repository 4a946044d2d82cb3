using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>A program that the server knows how to use.</summary>
/// <param name="Name">Its name in the log.</param>
/// <param name="Use">The use of the program.</param>
/// <param name="Programs">The programs that must be installed; the first one is asked.</param>
/// <param name="Question">The arguments that make it list its languages or voices; empty when there is nothing to ask.</param>
/// <param name="Version">The arguments that make the first one tell its version; empty where there are none.</param>
/// <param name="Create">Makes the provider from the programs' paths and the answer; null when the answer is useless.</param>
internal sealed record ReadyMadeProgram(
    string Name,
    Func<ReadyMadeOptions, ReadyMadeUse> Use,
    IReadOnlyList<string> Programs,
    IReadOnlyList<string> Question,
    IReadOnlyList<string> Version,
    Func<ReadyMadeKit, IReadOnlyList<string>, string, TaskProvider?> Create
)
{
    public static IReadOnlyList<ReadyMadeProgram> All { get; } =
    [
        new("tesseract", options => options.Tesseract, ["tesseract"], ["--list-langs"], ["--version"], TesseractProvider.Create),
        new("espeak-ng", options => options.EspeakNg, ["espeak-ng"], ["--voices"], ["--version"], EspeakProvider.Create),
        new("flite", options => options.Flite, ["flite"], ["-lv"], ["--version"], FliteProvider.Create),
        new("pocketsphinx", options => options.Pocketsphinx, ["pocketsphinx_continuous", "ffmpeg"], [], [], PocketsphinxProvider.Create),
        new("apertium", options => options.Apertium, ["apertium"], ["-l"], [], ApertiumProvider.Create),
    ];

    /// <summary>The programs that the options do not turn off, and how each is to be used.</summary>
    public static IEnumerable<(ReadyMadeProgram Program, ReadyMadeUse Use)> Wanted(ReadyMadeOptions options) =>
        from program in All
        let use = program.Use(options)
        where use != ReadyMadeUse.Off && options.Enabled
        select (program, use);
}
