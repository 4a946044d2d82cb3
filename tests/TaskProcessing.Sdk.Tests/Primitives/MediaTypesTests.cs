using System.Text;
using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Sdk.Tests.Primitives;

public sealed class MediaTypesTests
{
    [Theory]
    [InlineData("89504E470D0A1A0A0000", "x", "image/png")]
    [InlineData("FFD8FFE000104A464946", "x.txt", "image/jpeg")]
    [InlineData("474946383961", "x", "image/gif")]
    [InlineData("52494646240000005741564566", "x", "audio/wav")]
    [InlineData("524946462400000057454250", "x", "image/webp")]
    [InlineData("0000001C667479704D344120", "x", "audio/mp4")]
    [InlineData("0000001C6674797069736F6D", "x", "video/mp4")]
    [InlineData("4F67675300020000", "x", "audio/ogg")]
    [InlineData("4F67675300020000", "x.ogv", "video/ogg")]
    [InlineData("1A45DFA3", "x.webm", "video/webm")]
    [InlineData("255044462D312E37", "x", "application/pdf")]
    [InlineData("504B030414000600", "x", "application/zip")]
    [InlineData("504B030414000600", "x.DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("00010203", "x.png", "application/octet-stream")]
    [InlineData("", "x", "text/plain; charset=utf-8")]
    public void The_first_bytes_tell_the_type(string head, string name, string type) =>
        MediaTypes.Of(Convert.FromHexString(head), name).Should().Be(type);

    [Theory]
    [InlineData("<!DOCTYPE html><script>", "x.html", "text/plain; charset=utf-8")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' onload='x'>", "x.svg", "text/plain; charset=utf-8")]
    [InlineData("<?xml version='1.0'?><x/>", "x.xml", "text/plain; charset=utf-8")]
    [InlineData("alert(1)", "x.js", "text/plain; charset=utf-8")]
    [InlineData("MZ is how this text begins", "x.exe", "text/plain; charset=utf-8")]
    [InlineData("a;b", "x.csv", "text/csv; charset=utf-8")]
    [InlineData("{}", "x.json", "application/json")]
    [InlineData("# 你好", "x.md", "text/markdown; charset=utf-8")]
    public void Content_that_could_run_is_plain_text(string content, string name, string type) =>
        MediaTypes.Of(Encoding.UTF8.GetBytes(content), name).Should().Be(type);

    [Theory]
    [InlineData(509)]
    [InlineData(510)]
    [InlineData(511)]
    public void A_text_whose_last_character_is_cut_is_still_a_text(int letters)
    {
        var head = Encoding.UTF8.GetBytes(new string('a', letters) + "🎉").AsSpan(0, MediaTypes.HeadLength);

        MediaTypes.Of(head, "x").Should().Be(MediaTypes.Text);
    }
}
