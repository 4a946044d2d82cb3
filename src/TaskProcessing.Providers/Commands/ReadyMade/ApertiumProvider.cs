using System.Collections.Immutable;
using System.Text;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>Translates by rules, between the pairs of languages that are installed.</summary>
internal sealed class ApertiumProvider(ReadyMadeKit kit, string program, IReadOnlyList<(string Origin, string Target)> pairs)
    : ReadyMadeProvider(kit)
{
    private const string Origin = "origin_language";
    private const string Target = "target_language";

    private readonly ImmutableArray<ShapeEnumValue> _origins = [.. Languages(pairs.Select(pair => pair.Origin))];
    private readonly ImmutableArray<ShapeEnumValue> _targets = [.. Languages(pairs.Select(pair => pair.Target))];

    public override ProviderDescriptor Descriptor =>
        new()
        {
            Id = "ready:apertium",
            Name = "Apertium",
            TaskType = "core:text2text:translate",
            ExpectedRuntime = TimeSpan.FromSeconds(5),
            InputShapeEnumValues = Choices(Origin, _origins).Add(Target, _targets),
        };

    /// <param name="kit">The shared tools.</param>
    /// <param name="programs">The path of apertium.</param>
    /// <param name="answer">A pair a line, such as eng-spa.</param>
    public static TaskProvider? Create(ReadyMadeKit kit, IReadOnlyList<string> programs, string answer)
    {
        var pairs = answer
            .Split('\n')
            .Select(line => line.Trim().Split('-'))
            .Where(parts => parts is [{ Length: > 0 }, { Length: > 0 }])
            .Select(parts => (parts[0], parts[1]))
            .ToList();
        return pairs.Count == 0 ? null : new ApertiumProvider(kit, programs[0], pairs);
    }

    protected override async Task<TaskOutput> RunAsync(TaskRunContext context, RunDirectory directory)
    {
        var origin = Choice(context, Origin, _origins);
        var target = Choice(context, Target, _targets);
        if (!pairs.Contains((origin, target)))
        {
            var possible = string.Join(
                ", ",
                Languages(pairs.Where(pair => pair.Origin == origin).Select(pair => pair.Target)).Select(language => language.Name)
            );
            throw new TaskFailedException(
                $"There is no pair {origin}-{target}.",
                $"{LanguageNames.Of(origin)} can only be translated into: {possible}."
            );
        }

        await using var text = new MemoryStream(Encoding.UTF8.GetBytes(context.Text("input")));
        var translated = await RunAsync(context, directory, program, ["-u", $"{origin}-{target}"], text);
        return new TaskOutput { ["output"] = translated.TrimEnd('\n') };
    }

    private static IEnumerable<ShapeEnumValue> Languages(IEnumerable<string> codes) =>
        codes
            .Distinct()
            .Select(code => new ShapeEnumValue(LanguageNames.Of(code), code))
            .OrderBy(language => language.Name, StringComparer.Ordinal);
}
