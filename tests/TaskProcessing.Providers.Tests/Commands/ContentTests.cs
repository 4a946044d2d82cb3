using System.Buffers.Binary;
using System.Text;
using TaskProcessing.Providers.Commands.Contents;

namespace TaskProcessing.Providers.Tests.Commands;

/// <summary>The detection of a file's type by its first bytes, before a program sees any of it.</summary>
public sealed class ContentTests
{
    private static readonly byte[] Rest = new byte[64];

    [Fact]
    public void The_size_of_an_image_stands_in_its_header()
    {
        Read([0x89, .. "PNG\r\n"u8, 0x1a, .. "\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. Big(30_000), .. Big(20_000), .. Rest])
            .Should()
            .Be(("image/png", 600_000_000L));
        Read([.. "GIF89a"u8, .. Little16(300), .. Little16(200), .. Rest]).Should().Be(("image/gif", 60_000L));
        Read([.. "BM"u8, .. new byte[12], 40, 0, 0, 0, .. Little32(70_000), .. Little32(-70_000), .. Rest])
            .Should()
            .Be(("image/bmp", 4_900_000_000L));
        Read([.. "BM"u8, .. new byte[12], 12, 0, 0, 0, .. Little16(300), .. Little16(200), .. Rest]).Should().Be(("image/bmp", 60_000L));
        Read([.. "RIFF...."u8, .. "WEBPVP8X"u8, .. new byte[8], 0xff, 0xff, 0, 0xff, 0, 0, .. Rest])
            .Should()
            .Be(("image/webp", 65_536L * 256));
        Read([.. "RIFF...."u8, .. "WEBPVP8L"u8, .. new byte[4], 0x2f, .. Little32(99 | (49 << 14)), .. Rest])
            .Should()
            .Be(("image/webp", 5_000L));
        Read([.. "RIFF...."u8, .. "WEBPVP8 "u8, .. new byte[10], .. Little16(300), .. Little16(200), .. Rest])
            .Should()
            .Be(("image/webp", 60_000L));
        Read([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xff, 0xc4, 0, 2, 0xff, 0xc2, 0, 17, 8, 0, 200, 1, 44, .. Rest])
            .Should()
            .Be(("image/jpeg", 60_000L));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_TIFF_the_largest_page_counts(bool little)
    {
        byte[] N16(int number) => little ? Little16(number) : [.. Little16(number).Reverse()];
        byte[] N32(int number) => little ? Little32(number) : Big(number);
        byte[] Short(int number) => [.. N16(number), 0, 0];
        byte[] Page(byte[] width, byte[] height, int kind, int next) =>
            [.. N16(2), .. N16(256), .. N16(kind), .. N32(1), .. width, .. N16(257), .. N16(kind), .. N32(1), .. height, .. N32(next)];
        byte[] start = little ? [.. "II"u8, 42, 0] : [.. "MM"u8, 0, 42];

        Read([.. start, .. N32(8), .. Page(Short(300), Short(200), 3, next: 38), .. Page(N32(70_000), N32(2), 4, next: 0)])
            .Should()
            .Be(("image/tiff", 140_000L));
        Read([.. start, .. N32(8), .. Page(Short(300), Short(200), 3, next: 8)]).Should().BeNull("its chain of pages has no end");
        Read([.. start, .. N32(8), .. Page(Short(300), Short(200), 3, next: 38)]).Should().BeNull("its next page is missing");
        Read([.. start, .. N32(8), 0xff, 0xff, .. Rest]).Should().BeNull("its table is longer than the file");
    }

    [Theory]
    [InlineData("/var/lib/taskprocessing/files/ab/cd/key")]
    [InlineData("BM/etc/passwd")]
    [InlineData("GIF89a")]
    [InlineData("II*\0")]
    [InlineData("RIFF....WAVEfmt ")]
    [InlineData("%PDF-1.7")]
    [InlineData("P6 1 1 255 abc")]
    [InlineData("")]
    public void A_file_without_an_image_header_is_no_image(string content) => Read(Encoding.Latin1.GetBytes(content)).Should().BeNull();

    [Fact]
    public void A_JPEG_whose_parts_lead_nowhere_is_none()
    {
        Read([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0, 0]).Should().BeNull();
        Read([0xff, 0xd8, .. Enumerable.Repeat((byte)0xff, 5000)]).Should().BeNull();
        Read([0xff, 0xd8, 0xff, 0xda, 0, 2, 0, 0, 0, 0]).Should().BeNull();
    }

    [Theory]
    [InlineData("RIFF....WAVEfmt ", "wav")]
    [InlineData("RIFF....AVI LIST", "avi")]
    [InlineData("FORM....AIFFCOMM", "aiff")]
    [InlineData("fLaC....", "flac")]
    [InlineData("OggS....", "ogg")]
    [InlineData("ID3\u0004....", "mp3")]
    [InlineData("\u00ff\u00fb............", "mp3")]
    [InlineData("\u00ff\u00f1............", "aac")]
    [InlineData("....ftypM4A ", "mov")]
    [InlineData("\u001a\u0045\u00df\u00a3....", "matroska")]
    [InlineData("#EXTM3U\n#EXTINF:9,\n/etc/passwd\n", null)]
    [InlineData("ffconcat version 1.0\nfile /etc/passwd\n", null)]
    [InlineData("<?xml version=\"1.0\"?><MPD>", null)]
    [InlineData("1\n00:00:00,000 --> 00:00:01,000\nsubtitle\n", null)]
    [InlineData("v=0\no=- 0 0 IN IP4 127.0.0.1\n", null)]
    [InlineData("RIFF....WEBPVP8 ", null)]
    [InlineData("-i /etc/passwd ", null)]
    [InlineData("@/etc/passwd ", null)]
    [InlineData("", null)]
    public void A_sound_is_known_by_its_first_bytes_and_a_list_of_others_is_none(string head, string? reader) =>
        SoundContainer.ReaderOf(Encoding.Latin1.GetBytes(head)).Should().Be(reader);

    private static (string, long)? Read(byte[] content) =>
        ImageHeader.Read(new MemoryStream(content)) is { } header ? (header.MediaType, header.Pixels) : null;

    private static byte[] Big(int number) => [.. Little32(number).Reverse()];

    private static byte[] Little16(int number) => [(byte)number, (byte)(number >> 8)];

    private static byte[] Little32(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }
}
