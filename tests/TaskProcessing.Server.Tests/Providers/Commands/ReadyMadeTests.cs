using System.Buffers.Binary;
using System.Text;
using TaskProcessing.Providers.Commands.ReadyMade;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.Commands;

/// <summary>Programs of Debian's on real input, through the whole server.</summary>
public sealed class ReadyMadeTests
{
    private const string Sentence = "open the door and close the window";

    private static readonly string Samples = Path.Combine(
        Repository.Root,
        "tests",
        "TaskProcessing.Server.Tests",
        "Providers",
        "Commands",
        "Samples"
    );

    [Fact]
    public async Task Tesseract_reads_images_and_all_their_pages()
    {
        await using var server = await StartAsync("Tesseract", "core:image2text:ocr", "tesseract");
        var line = await server.User.PutFileAsync("line.png", await File.ReadAllBytesAsync(Path.Combine(Samples, "line.png")));
        var pages = await server.User.PutFileAsync("pages.tiff", await File.ReadAllBytesAsync(Path.Combine(Samples, "pages.tiff")));

        var task = await server.RunAsync("core:image2text:ocr", new { input = new[] { line, pages }, language = "eng" });

        var texts = task.GetProperty("output").GetProperty("output").EnumerateArray().Select(text => text.GetString()!).ToList();
        texts[0].Should().Be("Nothing is lost or done twice");
        texts[1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal("The first page", "And the second");
        Serving(server, "core:image2text:ocr")
            .OptionalInputShapeEnumValues["language"]
            .Should()
            .Contain(new ShapeEnumValue("English", "eng"));
    }

    [Theory]
    [InlineData("no image")]
    [InlineData("{LINE}")]
    [InlineData("BM\n{LINE}")]
    [InlineData("\n{LINE}\n")]
    public async Task A_file_that_is_no_image_is_refused_with_a_message_for_the_user(string content)
    {
        await using var server = await StartAsync("Tesseract", "core:image2text:ocr", "tesseract");
        server.Server.ExpectedLog.Add("The first bytes are of no kind of image that is known.");
        server.Server.ExpectedLog.Add("more than MaxImagePixels");
        var file = await server.User.PutFileAsync(
            "list.png",
            Encoding.UTF8.GetBytes(content.Replace("{LINE}", Path.Combine(Samples, "line.png")))
        );

        var task = await server.RunAsync("core:image2text:ocr", new { input = new[] { file } });

        task.GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        task.GetProperty("userFacingErrorMessage")
            .GetString()
            .Should()
            .BeOneOf("The file is no image that can be read.", "The image is too large.");
    }

    [Fact]
    public async Task A_small_file_that_says_it_is_a_huge_image_reaches_no_program()
    {
        await using var server = await StartAsync("Tesseract", "core:image2text:ocr", "tesseract");
        server.Server.ExpectedLog.Add("The image has 900000000 pixels, more than MaxImagePixels (75000000).");
        var file = await server.User.PutFileAsync(
            "bomb.png",
            [0x89, .. "PNG\r\n"u8, 0x1a, .. "\n\0\0\0\rIHDR"u8, 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 0, 0, 0, 0, 1, 2, 3, 4]
        );

        var task = await server.RunAsync("core:image2text:ocr", new { input = new[] { file } });

        task.GetProperty("userFacingErrorMessage").GetString().Should().Be("The image is too large.");
    }

    [Fact]
    public async Task Espeak_speaks_into_a_wav_file_slower_or_faster()
    {
        await using var server = await StartAsync("EspeakNg", "core:text2speech", "espeak-ng");

        var normal = await SpeakAsync(server, new { input = Sentence });
        var slow = await SpeakAsync(
            server,
            new
            {
                input = Sentence,
                speed = 0.5,
                voice = "de",
            }
        );

        SoundOf(normal)
            .Should()
            .Match<(int Rate, double Seconds, int Loudest)>(sound =>
                sound.Rate == 22050 && sound.Seconds > 1 && sound.Seconds < 4 && sound.Loudest > 3000
            );
        SoundOf(slow).Seconds.Should().BeGreaterThan(SoundOf(normal).Seconds * 1.3);
        var dashes = await SpeakAsync(server, new { input = "-x --help" });
        SoundOf(dashes).Loudest.Should().BeGreaterThan(3000);
    }

    [Fact]
    public async Task Pocketsphinx_writes_down_what_flite_says_word_for_word()
    {
        Programs.Need("ffmpeg");
        await using var server = await StartAsync(
            "Flite",
            "core:text2speech",
            "flite",
            "Pocketsphinx",
            "core:audio2text",
            "pocketsphinx_continuous"
        );
        var speech = await SpeakAsync(server, new { input = Sentence, voice = "rms" });
        var file = await server.User.PutFileAsync("speech.wav", speech);

        var task = await server.RunAsync("core:audio2text", new { input = file });

        task.GetProperty("output").GetProperty("output").GetString().Should().Be(Sentence);
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{SOUND}\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile '{SOUND}'\n")]
    [InlineData("{SOUND}")]
    [InlineData("concat:{SOUND}")]
    public async Task A_playlist_opens_no_other_file(string content)
    {
        Programs.Need("ffmpeg");
        await using var server = await StartAsync("Pocketsphinx", "core:audio2text", "pocketsphinx_continuous");
        server.Server.ExpectedLog.Add("The first bytes are of no kind of sound that is known.");
        var file = await server.User.PutFileAsync(
            "list.wav",
            Encoding.UTF8.GetBytes(content.Replace("{SOUND}", "/usr/share/sounds/any.wav"))
        );

        var task = await server.RunAsync("core:audio2text", new { input = file });

        task.GetProperty("userFacingErrorMessage").GetString().Should().Be("The file holds no sound that can be read.");
    }

    [Fact]
    public async Task Apertium_translates_between_the_languages_that_are_installed()
    {
        await using var server = await StartAsync("Apertium", "core:text2text:translate", "apertium");

        var task = await server.RunAsync(
            "core:text2text:translate",
            new
            {
                input = "The house is green.\nThe house is xyzzy.",
                origin_language = "eng",
                target_language = "spa",
            }
        );

        task.GetProperty("output").GetProperty("output").GetString().Should().Be("La casa es verde.\nLa casa es xyzzy.");
        var origins = Serving(server, "core:text2text:translate").InputShapeEnumValues["origin_language"];
        origins.Should().Contain(new ShapeEnumValue("English", "eng")).And.Contain(new ShapeEnumValue("Spanish", "spa"));
    }

    [Fact]
    public async Task A_pair_that_is_not_installed_is_refused_with_what_is_possible()
    {
        await using var server = await StartAsync("Apertium", "core:text2text:translate", "apertium");
        server.Server.ExpectedLog.Add("There is no pair eng-eng");

        var task = await server.RunAsync(
            "core:text2text:translate",
            new
            {
                input = "x",
                origin_language = "eng",
                target_language = "eng",
            }
        );

        task.GetProperty("userFacingErrorMessage").GetString().Should().Be("English can only be translated into: Spanish.");
    }

    [Fact]
    public async Task Programs_that_are_on_come_before_automatic_ones()
    {
        Programs.Need("espeak-ng");
        await using var server = await StartAsync("Flite", "core:text2speech", "flite", "EspeakNg", "core:text2speech", "espeak-ng");

        await Eventually.BecomesTrue(() => Serving(server, "core:text2speech").Id == "ready:flite", "flite's turn");
    }

    [Fact]
    public async Task Nothing_is_used_that_is_switched_off()
    {
        Programs.Need("espeak-ng");
        await using var server = await StartAsync("Apertium", "core:text2text:translate", "apertium");

        server.Server.Get<CurrentTaskTypes>().Current.Find("core:text2speech").Should().BeNull();
    }

    [Theory]
    [InlineData("deu", "German")]
    [InlineData("es", "Spanish")]
    [InlineData("eng_US", "English (US)")]
    [InlineData("chi_sim", "Chinese (sim)")]
    [InlineData("xx_yy", "xx_yy")]
    [InlineData("-", "-")]
    public void Languages_have_names(string code, string name) => LanguageNames.Of(code).Should().Be(name);

    /// <summary>A server with nothing but these programs: flite when it is named is asked for, others are found.</summary>
    /// <param name="used">Setting, task type and program, three by three.</param>
    private static async Task<CommandServer> StartAsync(params string[] used)
    {
        var settings = new Dictionary<string, string> { ["Providers:ReadyMade:Enabled"] = "true" };
        foreach (var setting in new[] { "Tesseract", "EspeakNg", "Flite", "Pocketsphinx", "Apertium" })
            settings[$"Providers:ReadyMade:{setting}"] =
                !used.Contains(setting) ? "Off"
                : setting == "Flite" ? "On"
                : "Auto";
        foreach (var part in used.Chunk(3))
            Programs.Need(part[2]);

        var server = await CommandServer.StartAsync(settings);
        foreach (var part in used.Chunk(3))
            await OfferedAsync(server.Server, part[1]);
        return server;
    }

    private static async Task OfferedAsync(TestServer server, string type)
    {
        try
        {
            await Eventually.BecomesTrue(() => server.Get<CurrentTaskTypes>().Current.Find(type) is not null, $"the offer of {type}");
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"{error.Message}; the log says: {string.Join(" | ", server.Log)}", error);
        }
    }

    private static ProviderDescriptor Serving(CommandServer server, string type) =>
        server.Server.Get<CurrentTaskTypes>().Current.Find(type)!.Provider;

    private static async Task<byte[]> SpeakAsync(CommandServer server, object input)
    {
        var task = await server.RunAsync("core:text2speech", input);
        task.GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        return await server.User.TaskFileAsync(task, task.GetProperty("output").GetProperty("speech").GetInt64());
    }

    /// <summary>Reads a WAV file of 16 bits and one channel.</summary>
    private static (int Rate, double Seconds, int Loudest) SoundOf(ReadOnlySpan<byte> wav)
    {
        Encoding.ASCII.GetString(wav[..4]).Should().Be("RIFF");
        Encoding.ASCII.GetString(wav[8..16]).Should().Be("WAVEfmt ");
        BinaryPrimitives.ReadInt16LittleEndian(wav[22..]).Should().Be(1, "there is one channel");
        BinaryPrimitives.ReadInt16LittleEndian(wav[34..]).Should().Be(16, "a sample has 16 bits");
        var rate = BinaryPrimitives.ReadInt32LittleEndian(wav[24..]);
        var samples = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(wav[44..]);
        var loudest = 0;
        foreach (var sample in samples)
            loudest = Math.Max(loudest, Math.Abs((int)sample));
        return (rate, (double)samples.Length / rate, loudest);
    }
}
