using System.Collections.Immutable;

namespace TaskProcessing.Server.Tests.Contract;

/// <summary>Where this server answers otherwise than the recorded one, on purpose. docs/compatibility.md gives the reasons.</summary>
internal static class DeliberateDifferences
{
    public static ImmutableArray<DeliberateDifference> All { get; } = [];

    public static IEnumerable<DeliberateDifference> Of(RecordedCall call, Situation situation) => All.Where(difference => difference.Applies(call, situation));
}

/// <summary>One kind of difference: which calls it is about, and what is answered instead.</summary>
internal sealed record DeliberateDifference(
    string Reason, Func<RecordedCall, Situation, bool> Applies, Func<RecordedCall, RecordedAnswer, RecordedAnswer> Instead);
