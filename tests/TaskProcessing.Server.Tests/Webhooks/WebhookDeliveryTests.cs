using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Webhooks;

/// <summary>Deliveries to a real receiver, with all kinds of answers.</summary>
public sealed class WebhookDeliveryTests
{
    private const string Secret = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQgbGVhc3Q=";
    private const string OlderSecret = "whsec_dGhlIGtleSB0aGF0IGNhbWUgYmVmb3JlIGl0Li4u";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task The_receiver_gets_the_ended_task_signed(string verb)
    {
        var time = new ManualTimeProvider();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(
            time: time,
            settings: WebhookReceiver.Settings(more: ("Webhooks:Secret", Secret))
        );

        var id = await server.EndTaskAsync($"{receiver.Url}/hook?a=1&b=%20", $"HTTP:{verb}");
        var delivery = await server.DeliveryBecomesAsync(WebhookState.Delivered);

        var request = receiver.Received.Single();
        (request.Method, request.Path, request.Header("Content-Type")).Should().Be((verb, "/hook?a=1&b=%20", "application/json"));
        var task = JsonElement.Parse(request.Body).GetProperty("task");
        (task.GetProperty("id").GetInt64(), task.GetProperty("status").GetString()).Should().Be((id, "STATUS_CANCELLED"));
        request.Header("webhook-id").Should().Be(delivery.Id);
        request.Header("webhook-timestamp").Should().Be(time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Header("webhook-signature").Should().Be(Signature(Secret, request));
    }

    [Fact]
    public async Task Without_a_configured_key_one_is_made_and_stays()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(settings: WebhookReceiver.Settings());

        await server.EndTaskAsync(receiver.Url);
        await server.DeliveryBecomesAsync(WebhookState.Delivered);
        var key = (await new Cli.CommandLineDriver(server.DataDirectory).SucceedAsync("webhook", "secret")).TrimEnd();

        var request = receiver.Received.Single();
        key.Length.Should().BeGreaterThan(40);
        request.Header("webhook-signature").Should().Be(Signature(key, request));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_key_signs_and_the_newest_comes_first(bool inFile)
    {
        using var folder = new Cli.TemporaryDirectory();
        await File.WriteAllTextAsync(folder.File("keys"), $"{Secret}\n\n {OlderSecret} \r\n", Token);
        (string, string)[] keys = inFile
            ? [("Webhooks:SecretFile", folder.File("keys"))]
            : [("Webhooks:Secret", Secret), ("Webhooks:OlderSecrets:0", OlderSecret)];
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(settings: WebhookReceiver.Settings(more: keys));

        await server.EndTaskAsync(receiver.Url);
        await server.DeliveryBecomesAsync(WebhookState.Delivered);

        var request = receiver.Received.Single();
        request.Header("webhook-signature").Should().Be($"{Signature(Secret, request)} {Signature(OlderSecret, request)}");
    }

    [Theory]
    [InlineData("Manual", "{}", null)]
    [InlineData("Nextcloud", "[]", 0.0)]
    public async Task The_body_has_the_form_of_the_profile(string profile, string output, double? progress)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(settings: WebhookReceiver.Settings(more: ("Ocs:Profile", profile)));
        var now = server.Get<TimeProvider>().GetUtcNow();
        var task = new ProcessingTask
        {
            Type = "core:text2text",
            Status = Sdk.Protocol.ProcessingStatus.Running,
            AppId = "test",
            Input = "{}",
            Output = "{}",
            WebhookUri = receiver.Url,
            WebhookMethod = "HTTP:POST",
            ScheduledAt = now,
            LastUpdated = now,
        };
        await server.Get<ITaskStore>().AddAsync(task, Token);
        await server.Get<CancelTask>().TryAsync(task.Id, "test", Token);
        await server.DeliveryBecomesAsync(WebhookState.Delivered);

        var told = JsonElement.Parse(receiver.Received.Single().Body).GetProperty("task");
        told.GetProperty("input").GetRawText().Should().Be(output);
        told.GetProperty("output").GetRawText().Should().Be(output);
        (told.GetProperty("progress") is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : (double?)null)
            .Should()
            .Be(progress);
    }

    [Fact]
    public async Task A_receiver_that_fails_three_times_gets_the_same_delivery_until_it_takes_it_and_then_no_more()
    {
        var time = new ManualTimeProvider();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerWith(500, 503, 404);
        await using var server = await TestServer.StartAsync(time: time, settings: WebhookReceiver.Settings());
        await server.EndTaskAsync(receiver.Url);

        var delivery = await server.DeliveryBecomesAsync(WebhookState.Delivered, time);
        time.Advance(TimeSpan.FromMinutes(2));
        await server.EndTaskAsync($"{receiver.Url}/another");
        await Eventually.BecomesTrue(() => receiver.Received.Any(request => request.Path == "/another"), "the delivery of another task");

        receiver.Received.Should().HaveCount(5);
        receiver.Received.Take(4).Select(request => request.Header("webhook-id")).Distinct().Should().Equal(delivery.Id);
        receiver.Received.Take(4).Select(request => request.Body).Distinct().Should().ContainSingle();
        receiver
            .Received.Take(4)
            .Select(request => request.Header("webhook-timestamp"))
            .Should()
            .OnlyHaveUniqueItems("each attempt is signed for its own time");
        delivery
            .Should()
            .BeEquivalentTo(
                new
                {
                    Attempts = 4,
                    LastStatus = 200,
                    LastProblem = (string?)null,
                    Body = "",
                }
            );
        TaskHistory
            .Read(delivery.History)
            .Select(entry => $"{entry.Kind}: {entry.Detail}")
            .Should()
            .Equal("failed: it answered 500", "failed: it answered 503", "failed: it answered 404", "delivered: it answered 200");
    }

    [Fact]
    public async Task When_the_time_for_retries_is_over_it_is_given_up_until_an_operator_wants_more()
    {
        var time = new ManualTimeProvider();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerWith([.. Enumerable.Repeat(500, 20)]);
        await using var server = await TestServer.StartAsync(
            time: time,
            settings: WebhookReceiver.Settings(more: ("Webhooks:RetryHours", "0.02"))
        );
        server.ExpectedLog.Add("was not delivered, after");
        await server.EndTaskAsync(receiver.Url);

        var given = await server.DeliveryBecomesAsync(WebhookState.GivenUp, time);
        given
            .Should()
            .BeEquivalentTo(
                new
                {
                    LastStatus = 500,
                    LastProblem = "it answered 500",
                    NextAttemptAt = (DateTimeOffset?)null,
                }
            );
        given.Body.Should().NotBeEmpty();

        receiver.AnswerWith();
        (await server.Get<RetryWebhook>().RunAsync(given.Id, Token)).Should().BeOfType<RetryOutcome.Due>();
        await server.DeliveryBecomesAsync(WebhookState.Delivered);
        (await server.Get<RetryWebhook>().RunAsync(given.Id, Token)).Should().BeOfType<RetryOutcome.Delivered>();
        receiver.Received.Select(request => request.Body).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Pauses_double_with_some_spread_up_to_three_hours_and_end_after_a_day()
    {
        var terms = new RetryTerms(Options.Create(new WebhookOptions()), new Random(1));
        var start = DateTimeOffset.UnixEpoch;
        var delivery = new WebhookDelivery
        {
            Id = "",
            TaskId = 1,
            Uri = "",
            Method = "",
            Target = "",
            Body = "",
            CreatedAt = start,
            RetriedSince = start,
            Attempts = 1,
        };

        var times = new List<DateTimeOffset> { start };
        for (; terms.NextAttempt(delivery, times[^1]) is { } next; delivery.Attempts++)
            times.Add(next);

        times[^1].Should().Be(start.AddDays(1));
        times.Count.Should().BeInRange(18, 22);
        var pauses = times.Zip(times.Skip(1), (from, to) => (to - from).TotalSeconds).SkipLast(1).ToList();
        foreach (var (i, pause) in pauses.Index())
            pause.Should().BeInRange(0.75 * Math.Min(5 * Math.Pow(2, i), 10_800), Math.Min(5 * Math.Pow(2, i), 10_800));
    }

    [Theory]
    [InlineData(429, "600", 600)]
    [InlineData(503, "600", 600)]
    [InlineData(429, "Wed, 01 Jul 2026 12:10:00 GMT", 600)]
    [InlineData(503, "0", 1)]
    [InlineData(503, "Thu, 01 Jan 2015 00:00:00 GMT", 1)]
    [InlineData(429, "99999999", 3 * 3600)]
    [InlineData(429, "soon", 5 * 0.75)]
    [InlineData(500, "600", 5 * 0.75)]
    public async Task A_busy_receiver_is_left_alone_for_as_long_as_it_asks_within_bounds(int status, string retryAfter, double seconds)
    {
        var time = new ManualTimeProvider();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (number, context) =>
        {
            context.Response.StatusCode = number == 1 ? status : 200;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.CompletedTask;
        };
        await using var server = await TestServer.StartAsync(time: time, settings: WebhookReceiver.Settings());
        await server.EndTaskAsync(receiver.Url);

        var delivery = await server.DeliveryBecomesAsync(delivery =>
            delivery.LastStatus == status && delivery.State == WebhookState.Waiting
        );

        (delivery.NextAttemptAt!.Value - time.GetUtcNow()).TotalSeconds.Should().BeInRange(seconds, seconds * 4 / 3);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, context) =>
        {
            context.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider(), settings: WebhookReceiver.Settings());

        await server.EndTaskAsync($"{receiver.Url}/hook");

        (await server.DeliveryBecomesAsync(delivery => delivery.LastStatus is not null))
            .LastProblem.Should()
            .Be("it answered 307; redirects are not followed");
        receiver.Received.Single().Path.Should().Be("/hook");
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_left_after_the_time_limit()
    {
        var time = new ManualTimeProvider();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, context) =>
            Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        await using var server = await TestServer.StartAsync(time: time, settings: WebhookReceiver.Settings());
        await server.EndTaskAsync(receiver.Url);
        await Eventually.BecomesTrue(() => !receiver.Received.IsEmpty, "the request");

        time.Advance(TimeSpan.FromSeconds(30));

        (await server.DeliveryBecomesAsync(WebhookState.Waiting)).LastProblem.Should().Be("no answer within 30 seconds");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_status_counts_however_long_the_rest_of_the_answer_is_or_takes(bool endless)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = async (_, context) =>
        {
            var piece = new byte[64 * 1024];
            await context.Response.Body.WriteAsync(piece);
            await context.Response.Body.FlushAsync();
            while (endless && !context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(piece);
            if (!endless)
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider(), settings: WebhookReceiver.Settings());

        await server.EndTaskAsync(receiver.Url);

        await server.DeliveryBecomesAsync(WebhookState.Delivered);
    }

    [Fact]
    public async Task A_name_and_password_in_the_address_log_in_and_are_not_logged()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(settings: WebhookReceiver.Settings());

        await server.EndTaskAsync($"http://us%20er:p%C3%A4ss@127.0.0.1:{receiver.Port}/");

        (await server.DeliveryBecomesAsync(WebhookState.Delivered)).Target.Should().Be($"http://127.0.0.1:{receiver.Port}");
        receiver.Received.Single().Header("Authorization").Should().Be($"Basic {TestServer.Base64("us er:päss")}");
    }

    [Fact]
    public async Task A_slow_receiver_does_not_hold_up_the_others()
    {
        await using var slow = await WebhookReceiver.StartAsync();
        await using var quick = await WebhookReceiver.StartAsync();
        slow.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(
            time: time,
            settings: WebhookReceiver.Settings(more: ("Webhooks:MaxConcurrent", "4"))
        );

        for (var i = 0; i < 10; i++)
            await server.EndTaskAsync(slow.Url);
        await Eventually.BecomesTrue(() => !slow.Received.IsEmpty, "the first request");
        await server.EndTaskAsync(quick.Url);
        await Eventually.BecomesTrue(() => quick.Received.Count == 1, "the delivery to the quick one");

        slow.Received.Should().ContainSingle("a receiver gets a quarter of the connections");
        time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.BecomesTrue(() => slow.Received.Count > 1, "the next one after the first was left");
    }

    private static string Signature(string secret, ReceivedWebhook request)
    {
        var signed = $"{request.Header("webhook-id")}.{request.Header("webhook-timestamp")}.{request.Body}";
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)))}";
    }
}
