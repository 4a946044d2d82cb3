using System.Text.Json;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Tests.Contract;

public sealed class ScheduleRequestTests
{
    /// <summary>
    /// The caller is part of the key, not of the request's hash. What only the bridge to Nextclouds sets is new with each try.
    /// </summary>
    private static readonly string[] OfTheCaller =
    [
        nameof(ScheduleRequest.ReceivedFiles),
        nameof(ScheduleRequest.KeyAlwaysCounts),
        nameof(ScheduleRequest.Owner),
        nameof(ScheduleRequest.AppId),
        nameof(ScheduleRequest.IdempotencyKey),
        nameof(ScheduleRequest.IsAdmin),
        nameof(ScheduleRequest.CallingApp),
        nameof(ScheduleRequest.Actor),
        nameof(ScheduleRequest.TraceParent),
        nameof(ScheduleRequest.Party),
    ];

    private static ScheduleRequest Request() => new(TaskOwner.User("alice"), "test:echo", "notes", JsonElement.Parse("{}"));

    /// <summary>A new field that the hash forgets fails here.</summary>
    public static TheoryData<string> Fields() =>
        [.. typeof(ScheduleRequest).GetProperties().Select(property => property.Name).Except(OfTheCaller)];

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_request_that_asks_for_something_else_has_another_hash(string field)
    {
        var other = Request();
        var property = typeof(ScheduleRequest).GetProperty(field)!;
        property.SetValue(other, Other(property.GetValue(other), property.PropertyType));

        other.Hash().Should().NotBe(Request().Hash());
    }

    [Fact]
    public void Two_requests_for_the_same_have_the_same_hash() => Request().Hash().Should().Be(Request().Hash());

    private static object Other(object? value, Type type) =>
        value switch
        {
            bool flag => !flag,
            int number => number + 1,
            JsonElement => JsonElement.Parse("""{"input":"other"}"""),
            _ when type == typeof(string) => value + "other",
            _ => throw new InvalidOperationException($"Say here what another {type} is"),
        };
}
