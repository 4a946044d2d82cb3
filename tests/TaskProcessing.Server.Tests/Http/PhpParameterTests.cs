using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using TaskProcessing.Server.Http;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;

namespace TaskProcessing.Server.Tests.Http;

public sealed class PhpParameterTests
{
    [Theory]
    [InlineData("12", 12)]
    [InlineData("12x", 12)]
    [InlineData("+12", 12)]
    [InlineData(" 12", 12)]
    [InlineData("007", 7)]
    [InlineData("-5", -5)]
    [InlineData("99.9", 99)]
    [InlineData("1e3", 1000)]
    [InlineData("0x1F", 0)]
    [InlineData("abc", 0)]
    [InlineData("", 0)]
    [InlineData("1'--", 1)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", long.MaxValue)]
    [InlineData("-9223372036854775809", long.MinValue)]
    [InlineData("1e99", 0)]
    public void Text_becomes_an_integer_as_in_PHP(string text, long expected) => PhpNumber.ToInteger(text).Should().Be(expected);

    [Theory]
    [InlineData("0.25", 0.25)]
    [InlineData(".5", 0.5)]
    [InlineData("1.", 1)]
    [InlineData("0.5 of it", 0.5)]
    [InlineData("half", 0)]
    public void Text_becomes_a_float_as_in_PHP(string text, double expected) => PhpNumber.ToFloat(text).Should().Be(expected);

    [Fact]
    public void Any_text_becomes_some_number() =>
        Prop.ForAll<string>(text =>
            {
                _ = PhpNumber.ToInteger(text ?? "");
                _ = PhpNumber.ToFloat(text ?? "");
            })
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a=1&b=2", """{"a":"1","b":"2"}""")]
    [InlineData("a=1&a=2", """{"a":"2"}""")]
    [InlineData("a[]=x&a[]=y", """{"a":["x","y"]}""")]
    [InlineData("a[0]=x&a[1]=y", """{"a":["x","y"]}""")]
    [InlineData("a[1]=x&a[0]=y", """{"a":{"1":"x","0":"y"}}""")]
    [InlineData("input[input]=hello+form&type=t", """{"input":{"input":"hello form"},"type":"t"}""")]
    [InlineData("input[history][]=a&input[history][]=b", """{"input":{"history":["a","b"]}}""")]
    [InlineData("a=1&a[b]=2", """{"a":{"b":"2"}}""")]
    [InlineData("a[=1", """{"a":"1"}""")]
    [InlineData("[a]=1", """{"[a]":"1"}""")]
    public void Names_make_maps_and_lists_as_in_PHP(string query, string expected) =>
        PhpForm.Read(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query)).ToJsonString().Should().Be(expected);

    [Fact]
    public void Any_names_are_read_or_refused_politely() =>
        Prop.ForAll<string[]>(names =>
            {
                var fields = (names ?? []).Select(name => KeyValuePair.Create(name ?? "", new StringValues("v")));
                var read = () => PhpForm.Read(fields);
                read.Should().NotThrow<Exception>();
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Too_many_or_too_deep_names_are_refused()
    {
        var many = () => PhpForm.Read(Enumerable.Range(0, 1001).Select(index => KeyValuePair.Create($"a{index}", new StringValues("v"))));
        var deep = () => PhpForm.Read([KeyValuePair.Create("a" + string.Concat(Enumerable.Repeat("[b]", 40)), new StringValues("v"))]);

        many.Should().Throw<BadHttpRequestException>();
        deep.Should().Throw<BadHttpRequestException>().WithMessage("*\"a\"*");
    }

    [Theory]
    [InlineData("//ocs/v2.php/taskprocessing/tasks", "/ocs/v2.php/taskprocessing/tasks")]
    [InlineData("/ocs/v2.php//taskprocessing/tasks", "/ocs/v2.php/taskprocessing/tasks")]
    [InlineData("/index.php/ocs/v1.php/x", "/ocs/v1.php/x")]
    [InlineData("/ocs/v1.php/taskprocessing/tasks/", "/ocs/v1.php/no-such-route")]
    [InlineData("/health/live", "/health/live")]
    public void Paths_are_brought_into_the_routes_form(string path, string expected) => RequestPaths.Normalize(path).Should().Be(expected);

    [Theory]
    [InlineData("/ocs/v2.php/taskprocessing/task/1%2F2", true)]
    [InlineData("/ocs/v2.php/taskprocessing/task/1%2f2?x=1", true)]
    [InlineData("/ocs/v2.php/taskprocessing/task/1%252F2", false)]
    [InlineData("/ocs/v2.php/taskprocessing/task/1?x=%2F", false)]
    public void An_encoded_slash_is_no_part_of_an_id(string target, bool isSlash)
    {
        RequestPaths.HasEncodedSlash(target).Should().Be(isSlash);
        RequestPaths
            .Normalize("/ocs/v2.php/taskprocessing/task/1%2F2", isSlash)
            .Should()
            .Be(isSlash ? "/ocs/v2.php/no-such-route" : "/ocs/v2.php/taskprocessing/task/1%2F2");
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData("json", "application/xml", true)]
    [InlineData("xml", "application/json", false)]
    [InlineData("JSON", null, false)]
    [InlineData("foo", "application/json", false)]
    [InlineData(null, "application/json", true)]
    [InlineData(null, "Application/JSON", true)]
    [InlineData(null, "*/*, application/json", true)]
    [InlineData(null, "application/json;q=0.9", true)]
    [InlineData(null, "application/xml, application/json", false)]
    [InlineData(null, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*", false)]
    [InlineData(null, "text/json", false)]
    public void The_format_is_the_parameter_or_the_first_application_type_or_xml(string? format, string? accept, bool isJson)
    {
        var context = new DefaultHttpContext();
        if (format is not null)
            context.Request.QueryString = QueryString.Create("format", format);
        context.Request.Headers.Accept = accept;

        context.Request.WantsJson().Should().Be(isJson);
    }
}
