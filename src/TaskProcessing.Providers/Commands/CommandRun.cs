using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands;

/// <summary>One task of a command: brings the input into the run's directory and takes the output from there.</summary>
internal sealed class CommandRun(CommandPlan plan, TaskRunContext context, RunDirectory directory)
{
    private readonly Dictionary<string, IReadOnlyList<string>> _values = [];

    public async Task<IReadOnlyList<string>> ArgumentsAsync()
    {
        foreach (var placeholder in plan.Arguments.SelectMany(argument => argument.Placeholders))
            await ReadAsync(placeholder);
        foreach (var slot in plan.NamedOutputs.Select(key => plan.OutputSlot(key)!).Where(slot => slot.Type.IsList() && slot.Type.IsFile()))
            Directory.CreateDirectory(Path.Combine(directory.Path, plan.FileName(slot.Key)));
        return [.. plan.Arguments.SelectMany(argument => argument.Fill(ValuesOf))];
    }

    public async Task<Stream?> InputAsync()
    {
        if (plan.Input is not { } template)
            return null;
        if (
            template.Whole is { Word: Template.Input, Slot: { } key }
            && plan.InputSlot(key)?.Type is { } type
            && type.IsFile()
            && !type.IsList()
        )
        {
            if (!context.Task.Input.TryGetProperty(key, out _))
                return null;
            return plan.Options.Accepts.ContainsKey(key)
                ? File.OpenRead(await CopyAsync(key, context.FileId(key)))
                : await context.OpenFileAsync(key);
        }

        foreach (var placeholder in template.Placeholders)
            await ReadAsync(placeholder);
        return new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', template.Fill(ValuesOf))));
    }

    /// <param name="standardOutput">The program's standard output.</param>
    public async Task<TaskOutput> OutputAsync(string standardOutput)
    {
        var output = plan.Options.StandardOutput == StandardOutputKind.Json ? await FromJsonAsync(standardOutput) : [];
        if (plan.Options.StandardOutput == StandardOutputKind.Text && plan.TextSlots is [var slot])
            CommandValue.Set(output, slot, standardOutput);
        foreach (var key in plan.NamedOutputs)
            await TakeAsync(output, plan.OutputSlot(key)!);
        return output;
    }

    private IReadOnlyList<string> ValuesOf(Placeholder placeholder) =>
        placeholder switch
        {
            { Word: Template.Directory } => [directory.Path],
            { Word: Template.Output } => [Path.Combine(directory.Path, plan.FileName(placeholder.Slot!))],
            _ => _values[placeholder.Slot ?? ""],
        };

    private async Task ReadAsync(Placeholder placeholder)
    {
        if (placeholder.Word != Template.Input || _values.ContainsKey(placeholder.Slot ?? ""))
            return;

        _values[placeholder.Slot ?? ""] = placeholder.Slot is { } key ? await ValuesAsync(key) : [await InputJsonAsync()];
    }

    private async Task<IReadOnlyList<string>> ValuesAsync(string key)
    {
        if (!context.Task.Input.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
            return [];
        if (plan.InputSlot(key) is not { } slot)
            return CommandValue.Text(value) is { } free
                ? [free]
                : throw new TaskFailedException($"The input slot \"{key}\" holds neither a text nor a number.");

        if (slot.Type.IsFile())
        {
            var paths = new List<string>();
            foreach (var id in slot.Type.IsList() ? context.FileIds(key) : [context.FileId(key)])
                paths.Add(await CopyAsync(key, id));
            return paths;
        }

        var values = slot.Type.IsList() && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : new[] { value };
        return [.. values.Select(item => Checked(slot, CommandValue.Text(item)))];
    }

    /// <summary>Brings a file into the run's directory, if the slot takes its kind; answers the path.</summary>
    private async Task<string> CopyAsync(string slot, long id)
    {
        await using var content = await context.OpenFileAsync(id);
        var path = await directory.AddAsync(content, context.CancellationToken);
        if (
            plan.Options.Accepts.TryGetValue(slot, out var kinds)
            && KindOf(path) is var kind
            && !kinds.Exists(accepted => Matches(accepted, kind))
        )
            throw new TaskFailedException(
                $"The input slot \"{slot}\" takes {string.Join(", ", kinds)}, and the file is {kind}.",
                $"The file is none of: {string.Join(", ", kinds)}."
            );
        return path;
    }

    private static string KindOf(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[MediaTypes.HeadLength];
        return MediaTypes.Of(head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)), "").Split(';')[0];
    }

    private static bool Matches(string accepted, string kind) =>
        accepted.EndsWith("/*", StringComparison.Ordinal)
            ? kind.StartsWith(accepted[..^1], StringComparison.OrdinalIgnoreCase)
            : kind.Equals(accepted, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The task may have been scheduled when another provider served the type, so the values of arguments are checked
    /// again.
    /// </summary>
    private string Checked(ShapeDescriptor slot, string? text) =>
        slot.Type.Scalar() switch
        {
            _ when text is null => throw new TaskFailedException($"The input slot \"{slot.Key}\" holds no {slot.Type}."),
            ShapeType.Number when CommandValue.Number(text) is null => throw new TaskFailedException(
                $"The input slot \"{slot.Key}\" holds no number."
            ),
            ShapeType.Enum when !plan.Options.Choices[slot.Key].Exists(choice => choice.Value == text) => throw new TaskFailedException(
                $"\"{text}\" is no choice of this provider for \"{slot.Key}\".",
                $"\"{text}\" cannot be chosen for \"{slot.Name}\"."
            ),
            _ => text,
        };

    private async Task<string> InputJsonAsync()
    {
        var input = JsonNode.Parse(context.Task.Input.GetRawText()) as JsonObject ?? [];
        foreach (var slot in plan.InputSlots.Where(slot => slot.Type.IsFile() && input.ContainsKey(slot.Key)))
        {
            var paths = await ValuesAsync(slot.Key);
            input[slot.Key] =
                slot.Type.IsList() ? new JsonArray([.. paths.Select(path => JsonValue.Create(path))])
                : paths is [var path, ..] ? path
                : null;
        }

        return input.ToJsonString();
    }

    private async Task<TaskOutput> FromJsonAsync(string text)
    {
        TaskOutput output;
        try
        {
            output = TaskOutput.FromJson(text);
        }
        catch (JsonException error)
        {
            throw new TaskFailedException(
                $"The program's output is not the JSON object that it should be: {error.Message}",
                innerException: error
            );
        }

        foreach (var slot in plan.OutputSlots.Where(slot => slot.Type.IsFile()))
        {
            if (!output.TryGetValue(slot.Key, out var value))
                continue;

            if (slot.Type.IsList() && value.ValueKind == JsonValueKind.Array)
            {
                var ids = new List<long>();
                foreach (var path in value.EnumerateArray())
                    ids.Add(await UploadAsync(slot, CommandValue.Text(path) ?? ""));
                output.Add(slot.Key, ids);
            }
            else
            {
                output.Add(slot.Key, await UploadAsync(slot, CommandValue.Text(value) ?? ""));
            }
        }

        return output;
    }

    /// <summary>Takes the file that the program wrote to the path of <c>{output.KEY}</c>.</summary>
    private async Task TakeAsync(TaskOutput output, ShapeDescriptor slot)
    {
        var name = plan.FileName(slot.Key);
        if (slot.Type.IsFile() && slot.Type.IsList())
        {
            var ids = new List<long>();
            foreach (var path in Directory.EnumerateFiles(Path.Combine(directory.Path, name)).Order(StringComparer.Ordinal))
                ids.Add(await UploadAsync(slot, path));
            output.Add(slot.Key, ids);
        }
        else if (slot.Type.IsFile())
        {
            if (plan.Type.OutputShape.Contains(slot) || File.Exists(Path.Combine(directory.Path, name)))
                output.Add(slot.Key, await UploadAsync(slot, name));
        }
        else
        {
            await using var file = Open(slot, name);
            if (file.Length > plan.Options.MaxOutputBytes)
                throw new TaskFailedException(
                    $"The program wrote more than {plan.Options.MaxOutputBytes} bytes for \"{slot.Key}\".",
                    "The result is too long."
                );
            using var reader = new StreamReader(file, Encoding.UTF8);
            CommandValue.Set(output, slot, await reader.ReadToEndAsync(context.CancellationToken));
        }
    }

    private async Task<long> UploadAsync(ShapeDescriptor slot, string path)
    {
        await using var file = Open(slot, path);
        return await context.UploadFileAsync(file, Path.GetFileName(file.Name));
    }

    private FileStream Open(ShapeDescriptor slot, string path) =>
        directory.Open(path) ?? throw new TaskFailedException($"The program left no file for \"{slot.Key}\".");
}
