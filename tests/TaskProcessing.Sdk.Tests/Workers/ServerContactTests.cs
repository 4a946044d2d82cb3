using System.Net;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Sdk.Workers.Running;

namespace TaskProcessing.Sdk.Tests.Workers;

public sealed class ServerContactTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines<WorkerLoop> _log = new();
    private readonly ServerContact _contact;

    public ServerContactTests() => _contact = new ServerContact(new WorkerOptions(), _log, _time);

    [Fact]
    public void Calls_that_fail_together_lengthen_the_pause_once()
    {
        var began = _contact.Now;
        _time.Advance(TimeSpan.FromSeconds(1));

        var pauses = Enumerable.Range(0, 28).Select(_ => _contact.Failed(new HttpRequestException("refused"), began)).ToList();

        pauses.Should().OnlyContain(pause => pause == pauses[0]);
        pauses[0].Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(1));
        _time.Advance(pauses[0]);
        _contact.Failed(new HttpRequestException("refused"), _contact.Now).Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_trouble_is_one_line_until_its_cause_changes_and_one_when_it_is_over()
    {
        _contact.Failed(new OcsException("GET /next got no answer: refused", new HttpRequestException()), _contact.Now);
        _contact.IsTrouble(new OcsException("POST /progress got no answer: reset", new IOException()), TimeSpan.Zero).Should().BeTrue();
        _time.Advance(TimeSpan.FromMinutes(1));
        _contact.Failed(new OcsException("wrong secret", HttpStatusCode.Unauthorized, 997), _contact.Now);
        _time.Advance(TimeSpan.FromMinutes(10));
        _contact.Failed(new OcsException("wrong secret", HttpStatusCode.Unauthorized, 997), _contact.Now);
        _contact.Succeeded();
        _contact.Succeeded();

        _log.Lines.Should().HaveCount(3);
        _log.Lines[0].Should().EndWith("GET /next got no answer: refused");
        _log.Lines[1].Should().EndWith("wrong secret");
        _log.Lines[2].Should().Be("Information: The server can be used again, after 00:11:00.");
        _contact.TakeReturn().Should().BeTrue();
        _contact.TakeReturn().Should().BeFalse();
    }

    [Fact]
    public void A_failure_of_one_task_is_no_trouble_of_the_server()
    {
        _contact.IsTrouble(new OcsException("failed", HttpStatusCode.InternalServerError, 996), TimeSpan.Zero).Should().BeFalse();
        _contact.IsTrouble(new OcsException("refused", HttpStatusCode.BadRequest, 400), TimeSpan.Zero).Should().BeFalse();
        _contact.Succeeded();

        _log.Lines.Should().BeEmpty();
    }

    [Fact]
    public void A_fault_in_the_program_keeps_its_stack_trace()
    {
        _contact.Failed(new InvalidOperationException("a bug"), _contact.Now);

        _log.Lines.Should().ContainSingle().Which.Should().EndWith("(+ exception)");
    }
}
