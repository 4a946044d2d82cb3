using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Providers.Commands.ReadyMade;

/// <summary>Section <c>Providers:ReadyMade</c>: programs that the server knows how to use, when they are installed.</summary>
internal sealed class ReadyMadeOptions
{
    /// <summary>Whether any of them is used. Default true.</summary>
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

    /// <summary>After how many seconds a program is killed and its task fails. Default 600.</summary>
    [Range(1, 31_536_000)]
    public int TimeLimitSeconds { get; set; } = 600;

    /// <summary>How many bytes of memory each process of a program may have of its own. Default any number.</summary>
    [Range(1_048_576, long.MaxValue)]
    public long? MaxMemoryBytes { get; set; }

    /// <summary>How many tasks each of them may run at the same time. Default half of the processors.</summary>
    [Range(1, 10_000)]
    public int? Concurrency { get; set; }
}

/// <summary>Whether a program is used.</summary>
internal enum ReadyMadeUse
{
    /// <summary>When it is installed.</summary>
    Auto,

    /// <summary>Before those that are used automatically; when it is not installed, the log says so.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}
