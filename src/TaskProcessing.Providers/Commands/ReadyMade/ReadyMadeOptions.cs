using System.ComponentModel.DataAnnotations;
using TaskProcessing.Providers.Commands.Programs;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>Section <c>Providers:ReadyMade</c>: programs that the server knows how to use, when they are installed.</summary>
internal sealed class ReadyMadeOptions : ProgramLimitOptions
{
    /// <summary>True when any of them is used. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Text in images: tesseract, for <c>core:image2text:ocr</c>. Default Auto.</summary>
    public ReadyMadeUse Tesseract { get; set; } = ReadyMadeUse.Auto;

    /// <summary>Speech from text: espeak-ng, for <c>core:text2speech</c>. Default Auto.</summary>
    public ReadyMadeUse EspeakNg { get; set; } = ReadyMadeUse.Auto;

    /// <summary>Speech from text: flite, for <c>core:text2speech</c>. Default Off.</summary>
    public ReadyMadeUse Flite { get; set; } = ReadyMadeUse.Off;

    /// <summary>Text from English speech: pocketsphinx_continuous and ffmpeg, for <c>core:audio2text</c>. Default Auto.</summary>
    public ReadyMadeUse Pocketsphinx { get; set; } = ReadyMadeUse.Auto;

    /// <summary>Translation: apertium, for <c>core:text2text:translate</c>. Default Auto.</summary>
    public ReadyMadeUse Apertium { get; set; } = ReadyMadeUse.Auto;

    /// <summary>
    /// The largest page of an image, in pixels. Default 75 million: A3 at 600 dots per inch, for which tesseract takes up
    /// to 800 MB.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long MaxImagePixels { get; set; } = 75_000_000;

    /// <summary>The number of tasks that each of them may run at the same time. Default half of the processors.</summary>
    [Range(1, 10_000)]
    public int? Concurrency { get; set; }

    protected override long StandardMemoryBytes => 1024 * 1024 * 1024;
}

/// <summary>The use of a program.</summary>
internal enum ReadyMadeUse
{
    /// <summary>Used when it is installed.</summary>
    Auto,

    /// <summary>Preferred to programs that are used automatically; the log has a warning when it is not installed.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}
