using System.Net;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Workers;

/// <summary>Providers are registered again when the server may have lost them.</summary>
public sealed class RegistrationTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryWorkSource _source = new() { Waits = false };
    private readonly LogLines<WorkerLoop> _log = new();

    [Fact]
    public async Task Now_and_then()
    {
        await using var worker = Worker(new WorkerOptions { RegistrationInterval = TimeSpan.FromMinutes(20) });

        await _time.RunUntilAsync(_source.WhenAsync(source => source.Registered.Count == 3));

        (_time.GetUtcNow() - new ManualTimeProvider().GetUtcNow()).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(40));
        _log.Lines.Should().ContainSingle("it is no news");
    }

    [Fact]
    public async Task After_the_server_refused_the_app_for_a_while()
    {
        await using var worker = Worker(new WorkerOptions());
        await _source.WhenAsync(source => source.Claims.Count == 1);
        for (var i = 0; i < 3; i++)
            _source.ClaimFaults.Enqueue(new OcsException("ExApp required", HttpStatusCode.PreconditionFailed));

        await _time.RunUntilAsync(_source.WhenAsync(source => source.Registered.Count == 2));

        _source.ClaimFaults.Should().BeEmpty();
    }

    [Fact]
    public async Task A_renewal_that_fails_holds_nothing_up()
    {
        await using var worker = Worker(new WorkerOptions { RegistrationInterval = TimeSpan.FromMinutes(20) });
        await _source.WhenAsync(source => source.Claims.Count == 1);
        _source.RegistrationFaults.Enqueue(new OcsException("Bad request", HttpStatusCode.BadRequest, 400));

        await _time.RunUntilAsync(_source.WhenAsync(source => source.RegistrationFaults.Count == 0));
        await _time.RunUntilAsync(_source.FinishedAsync(_source.Queue()));
        await _time.RunUntilAsync(_source.WhenAsync(source => source.Registered.Count == 2));

        _log.Warnings.Should().ContainSingle().Which.Should().EndWith("working on: Bad request");
    }

    [Fact]
    public async Task An_app_that_is_disabled_takes_its_providers_back_and_claims_nothing_until_it_is_enabled()
    {
        await using var worker = Worker(new WorkerOptions());
        await _source.WhenAsync(source => source.Claims.Count == 1);

        await worker.Loop.DisableAsync(TestContext.Current.CancellationToken);
        _source.Unregistered.Should().Equal("test:one");
        var id = _source.Queue();
        worker.Loop.Wake();
        worker.Loop.Enable();
        await _source.FinishedAsync(id);

        _source.Registered.Should().Equal("test:one", "test:one");
    }

    private RunningWorker Worker(WorkerOptions options) =>
        new(_source, _time, _log, options, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));
}
