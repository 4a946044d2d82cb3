using System.Text;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>The judge of fuzzing finds what is wrong with an answer.</summary>
public sealed class ExchangeTests
{
    private const string Ours = "X-Request-Id: 1\r\nX-Content-Type-Options: nosniff\r\n";

    [Theory]
    [InlineData(
        "HTTP/1.1 200 OK\r\n" + Ours + "Content-Type: application/json\r\n\r\n{\"ocs\":{\"meta\":{\"statuscode\":200},\"data\":[]}}"
    )]
    [InlineData("HTTP/1.1 404 Not Found\r\n" + Ours + "Content-Type: application/xml\r\n\r\n<?xml version=\"1.0\"?><ocs/>")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]
    public void A_good_answer_has_no_problem(string answer) => Problem(answer).Should().BeNull();

    [Theory]
    [InlineData("", "no answer")]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\n" + Ours + "\r\n", "status 500")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n" + Ours + "\r\n", "status 503")]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\n\r\n", "500 without X-Request-Id")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "200 without X-Request-Id")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Request-Id: 1\r\n\r\n", "no X-Content-Type-Options")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "X-Injected: 1\r\n\r\n", "a header of the caller's")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "Content-Length: 9\r\n\r\nabc", "3 bytes instead of 9")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", "no HTTP*")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "Content-Type: application/json\r\n\r\n{\"ocs\":1", "malformed application/json*")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "Content-Type: application/json\r\n\r\n{\"ocs\":\"\u00ff\"}", "malformed application/json*")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "Content-Type: application/json\r\n\r\n{\"data\":[]}", "no envelope")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "Content-Type: application/xml\r\n\r\n<ocs><data></ocs>", "malformed application/xml*")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "Content-Type: application/xml\r\n\r\n<a>&#1;</a>", "malformed application/xml*")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "Content-Type: a/b\r\n\r\nabc", "the type a/b")]
    [InlineData("HTTP/1.1 200 OK\r\n" + Ours + "Content-Type: text/plain\r\n\r\n   at TaskProcessing.X()", "tells of the inside")]
    public void A_bad_answer_has_the_problem(string answer, string problem) => Problem(answer).Should().Match(problem);

    [Fact]
    public void An_answer_that_does_not_end_is_a_problem() =>
        new Exchange(Request, Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\n"), Exchange.Limit) { IsLeft = true }
            .Problem()
            .Should()
            .Be("no end after 30 seconds");

    private static FuzzRequest Request => new("alice", "GET", "/ocs/v2.php/taskprocessing/tasks");

    private static string? Problem(string answer) => new Exchange(Request, Encoding.Latin1.GetBytes(answer), TimeSpan.Zero).Problem();
}
