using System.Collections.Immutable;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tests.TaskTypes;

public sealed class ShapeCheckTests
{
    [Theory]
    [InlineData(ShapeType.Number, "5")]
    [InlineData(ShapeType.Number, "-0.5")]
    [InlineData(ShapeType.Number, "\" 1e3 \"")]
    [InlineData(ShapeType.Number, "\".5\"")]
    [InlineData(ShapeType.Text, "\"\"")]
    [InlineData(ShapeType.Enum, "\"red\"")]
    [InlineData(ShapeType.Image, "7")]
    [InlineData(ShapeType.Audio, "\"7\"")]
    [InlineData(ShapeType.Video, "7.0")]
    [InlineData(ShapeType.File, "7")]
    [InlineData(ShapeType.ListOfNumbers, "[1, \"2\"]")]
    [InlineData(ShapeType.ListOfTexts, "[]")]
    [InlineData(ShapeType.ListOfTexts, "{\"a\": \"b\"}")]
    [InlineData(ShapeType.ListOfImages, "[1]")]
    [InlineData(ShapeType.ListOfAudios, "[1]")]
    [InlineData(ShapeType.ListOfVideos, "[1]")]
    [InlineData(ShapeType.ListOfFiles, "[1, \"2\"]")]
    public void A_fitting_value_is_taken(ShapeType type, string value) =>
        ShapeCheck.InputProblem(Shape(type), Input(value), 512_000).Should().BeNull();

    [Theory]
    [InlineData(ShapeType.Number, "true", "Non-numeric item provided for Number slot")]
    [InlineData(ShapeType.Number, "\"0x1F\"", "Non-numeric item provided for Number slot")]
    [InlineData(ShapeType.Number, "\"\"", "Non-numeric item provided for Number slot")]
    [InlineData(ShapeType.Number, "[1]", "Non-numeric item provided for Number slot")]
    [InlineData(ShapeType.Text, "5", "Non-text item provided for Text slot")]
    [InlineData(ShapeType.Text, "\"éé\"", "Text is too long")]
    [InlineData(ShapeType.Enum, "1", "Non-text item provided for Enum slot")]
    [InlineData(
        ShapeType.Enum,
        "\"Red\"",
        "Wrong value given for Enum slot. Got \"Red\", but expected one of the provided enum values: \"red\", \"green\""
    )]
    [InlineData(ShapeType.Image, "\"x\"", "Non-image item provided for Image slot")]
    [InlineData(ShapeType.Audio, "{}", "Non-audio item provided for Audio slot")]
    [InlineData(ShapeType.Video, "[1]", "Non-video item provided for Video slot")]
    [InlineData(ShapeType.File, "false", "Non-file item provided for File slot")]
    [InlineData(ShapeType.ListOfNumbers, "[null]", "Non-numeric list item provided for ListOfNumbers slot")]
    [InlineData(ShapeType.ListOfTexts, "\"a\"", "Non-text list item provided for ListOfTexts slot")]
    [InlineData(ShapeType.ListOfImages, "[\"a\"]", "Non-image list item provided for ListOfImages slot")]
    [InlineData(ShapeType.ListOfAudios, "[[1]]", "Non-audio list item provided for ListOfAudio slot")]
    [InlineData(ShapeType.ListOfVideos, "7", "Non-video list item provided for ListOfTexts slot")]
    [InlineData(ShapeType.ListOfFiles, "[true]", "Non-file list item provided for ListOfFiles slot")]
    public void A_misfit_is_named_in_the_words_that_clients_know(ShapeType type, string value, string reason) =>
        ShapeCheck
            .InputProblem(Shape(type), Input(value), maxTextBytes: 3)
            .Should()
            .Be($"Failed to validate input key \"value\": {reason}");

    [Theory]
    [InlineData("\"abc\"")]
    [InlineData("\"\\n\\u0061\\\\\"")]
    [InlineData("\"\\u20ac\"")]
    public void A_text_is_as_long_as_it_is_in_UTF8_however_JSON_writes_it(string value)
    {
        ShapeCheck.InputProblem(Shape(ShapeType.Text), Input(value), maxTextBytes: 3).Should().BeNull();
        ShapeCheck.InputProblem(Shape(ShapeType.Text), Input(value), maxTextBytes: 2).Should().EndWith("Text is too long");
    }

    [Fact]
    public void An_absent_or_null_value_is_missing_only_in_a_mandatory_slot()
    {
        ShapeCheck.InputProblem(Shape(ShapeType.Text), JsonElement.Parse("{}"), 10).Should().Be("Missing key: \"value\"");
        ShapeCheck.InputProblem(Shape(ShapeType.Text), Input("null"), 10).Should().Be("Missing key: \"value\"");
        ShapeCheck.InputProblem(Shape(ShapeType.Text, optional: true), Input("null"), 10).Should().BeNull();
        ShapeCheck.OutputProblem(Shape(ShapeType.Text), JsonElement.Parse("[]")).Should().Be("Missing key: \"value\"");
    }

    [Fact]
    public void A_default_stands_in_for_a_mandatory_slot_unless_it_cannot()
    {
        ShapeCheck.InputProblem(Shape(ShapeType.Number, "3.5"), JsonElement.Parse("{}"), 10).Should().BeNull();
        ShapeCheck
            .InputProblem(Shape(ShapeType.Number, "\"x\""), JsonElement.Parse("{}"), 10)
            .Should()
            .EndWith("Non-numeric item provided for Number slot");
        ShapeCheck
            .InputProblem(Shape(ShapeType.ListOfTexts, "\"x\""), JsonElement.Parse("{}"), 10)
            .Should()
            .Be("Provider tried to set a default value for a non-scalar slot");
        ShapeCheck
            .InputProblem(Shape(ShapeType.Image, "5"), JsonElement.Parse("{}"), 10)
            .Should()
            .Be("Provider tried to set a default value for a slot that is not text or number");
    }

    [Fact]
    public void An_enum_slot_without_choices_can_never_be_filled() =>
        ShapeCheck
            .InputProblem(Shape(ShapeType.Enum, choices: []), Input("\"red\""), 10)
            .Should()
            .Be("Failed to validate input key \"value\": Provider did not provide enum values for an enum slot: \"value\"");

    [Fact]
    public void The_stored_input_has_the_shapes_order_its_defaults_and_numbers_for_files()
    {
        var shape = new Shape(
            [Slot("files", ShapeType.ListOfFiles), Slot("input", ShapeType.Text)],
            [Slot("model", ShapeType.Text), Slot("size", ShapeType.Number)],
            NoChoices,
            NoChoices,
            NoDefaults,
            NoDefaults.Add("model", JsonElement.Parse("\"small\""))
        );

        ShapeCheck
            .FillInput(shape, JsonElement.Parse("""{"extra": 1, "size": 1e2, "input": "ü<", "files": ["7", 8, 9.0], "model": null}"""))
            .Should()
            .Be("""{"files":[7,8,9],"input":"ü<","model":"small","size":1e2}""");
        ShapeCheck.FillInput(shape, JsonElement.Parse("""{"files": {}}""")).Should().Be("""{"files":[],"model":"small"}""");
    }

    [Fact]
    public void An_optional_slot_of_an_output_that_is_null_stays_null()
    {
        var shape = new Shape(
            [Slot("output", ShapeType.Text)],
            [Slot("file", ShapeType.File), Slot("list", ShapeType.ListOfTexts), Slot("none", ShapeType.Number)],
            NoChoices,
            NoChoices,
            NoDefaults,
            NoDefaults
        );
        var output = JsonElement.Parse("""{"list": null, "file": null, "output": "x", "extra": null}""");

        ShapeCheck.OutputProblem(shape, output).Should().BeNull();
        ShapeCheck.FillOutput(shape, output).Should().Be("""{"output":"x","file":null,"list":null}""");
        ShapeCheck.FillInput(shape, output).Should().Be("""{"output":"x"}""", "an input's null is what was not given");
        ShapeCheck.FileValues(shape, output).Should().BeEmpty();
        ShapeCheck.OutputProblem(shape, JsonElement.Parse("""{"output": null}""")).Should().Be("Missing key: \"output\"");
    }

    [Fact]
    public void Any_input_is_judged_and_what_fits_is_stored_so_that_it_fits_again() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonNull<string>>(),
                Arb.From(Gen.Elements(Enum.GetValues<ShapeType>())),
                Arb.From(JsonValue(3)),
                (key, type, value) =>
                {
                    var shape = new Shape(
                        [Slot(key.Get, type)],
                        [],
                        Choices(key.Get, type == ShapeType.Enum ? ["red"] : []),
                        NoChoices,
                        NoDefaults,
                        NoDefaults
                    );
                    var input = JsonElement.Parse(
                        JsonSerializer.Serialize(new Dictionary<string, JsonElement> { [key.Get] = JsonElement.Parse(value) })
                    );
                    if (ShapeCheck.InputProblem(shape, input, 512_000) is not null)
                        return;

                    var stored = JsonElement.Parse(ShapeCheck.FillInput(shape, input));
                    ShapeCheck.InputProblem(shape, stored, 512_000).Should().BeNull();
                    ShapeCheck.OutputProblem(shape, stored).Should().BeNull();
                    ShapeCheck.FillInput(shape, stored).Should().Be(stored.GetRawText(), "storing twice changes nothing");
                }
            )
            .QuickCheckThrowOnFailure();

    private static Gen<string> JsonValue(int depth)
    {
        var scalar = Gen.OneOf(
            Gen.Elements(
                "null",
                "true",
                "false",
                "0",
                "-1",
                "1.5",
                "7.0",
                "1e400",
                "12345678901234567890",
                "\"\"",
                "\"7\"",
                "\" 7 \"",
                "\"7x\"",
                "\"red\"",
                "\"\\u0000\""
            ),
            ArbMap.Default.GeneratorFor<int>().Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ArbMap.Default.GeneratorFor<string>().Select(text => JsonSerializer.Serialize(text))
        );
        if (depth == 0)
            return scalar;

        return Gen.OneOf(
            scalar,
            JsonValue(depth - 1).ListOf().Select(entries => $"[{string.Join(',', entries.Take(4))}]"),
            JsonValue(depth - 1)
                .ListOf()
                .Select(entries => $"{{{string.Join(',', entries.Take(4).Select((entry, index) => $"\"k{index}\":{entry}"))}}}")
        );
    }

    private static ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> NoChoices =>
        ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty;

    private static ImmutableDictionary<string, JsonElement> NoDefaults => ImmutableDictionary<string, JsonElement>.Empty;

    private static ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> Choices(string key, string[] choices) =>
        choices.Length == 0 ? NoChoices : NoChoices.Add(key, [.. choices.Select(choice => new ShapeEnumValue(choice, choice))]);

    private static ShapeDescriptor Slot(string key, ShapeType type) => ShapeDescriptor.TitledByKey(key, "", type);

    private static Shape Shape(ShapeType type, string? @default = null, bool optional = false, string[]? choices = null)
    {
        ImmutableArray<ShapeDescriptor> slots = [Slot("value", type)];
        var values = type == ShapeType.Enum ? Choices("value", choices ?? ["red", "green"]) : NoChoices;
        var defaults = @default is null ? NoDefaults : NoDefaults.Add("value", JsonElement.Parse(@default));
        return new Shape(optional ? [] : slots, optional ? slots : [], values, values, defaults, defaults);
    }

    private static JsonElement Input(string value) => JsonElement.Parse($$"""{"value": {{value}}}""");
}
