using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tests.TaskTypes;

public sealed class TaskTypeCatalogueTests
{
    [Fact]
    public void There_are_28_built_in_types_with_distinct_ids_and_whole_texts()
    {
        CoreTaskTypes.All.Should().HaveCount(28);
        CoreTaskTypes.All.Select(type => type.Id).Should().OnlyHaveUniqueItems();
        CoreTaskTypes
            .All.Should()
            .OnlyContain(type =>
                type.Name.Length > 0 && type.Description.EndsWith('.') && type.InputShape.Length > 0 && type.OutputShape.Length > 0
            );
        CoreTaskTypes
            .All.Single(type => type.Id == "core:text2image")
            .OutputShape.Single()
            .Should()
            .Match<ShapeDescriptor>(slot => slot.Key == "images" && slot.Type == ShapeType.ListOfImages);
        CoreTaskTypes
            .All.Where(type => type.Name is "Chat" or "Translate")
            .Select(type => type.Id)
            .Should()
            .BeEquivalentTo("core:text2text:chat", "core:text2text:translate");
    }

    [Fact]
    public void A_type_is_available_when_a_provider_serves_it()
    {
        var catalogue = Catalogue([Provider("a", "core:text2text")]);

        catalogue.Find("core:text2text")!.Provider.Id.Should().Be("a");
        catalogue.Find("core:text2image").Should().BeNull();
        catalogue.Knows("core:text2image").Should().BeTrue();
        catalogue.Available.Select(type => type.Type.Id).Should().Equal("core:text2text");
    }

    [Fact]
    public void A_disabled_type_is_not_available() =>
        Catalogue([Provider("a", "core:text2text")], disabled: "core:text2text").Find("core:text2text").Should().BeNull();

    [Fact]
    public void The_first_provider_of_a_type_serves_it() =>
        Catalogue([Provider("c", "core:text2image"), Provider("a", "core:text2text"), Provider("b", "core:text2text")])
            .Find("core:text2text")!
            .Provider.Id.Should()
            .Be("a");

    [Fact]
    public void Of_two_providers_with_one_id_the_first_counts() =>
        Catalogue([Provider("a", "core:text2text"), Provider("a", "core:text2image")]).Find("core:text2image").Should().BeNull();

    [Fact]
    public void A_mistyped_id_finds_its_neighbours()
    {
        Catalogue([]).Nearest("core:summarize", 3).Should().Contain("core:text2text:summary");
        Catalogue([]).Nearest("core:text2txt", 1).Should().Equal("core:text2text");
        Catalogue([]).Nearest(new string('x', 100_000), 3).Should().HaveCount(3);
    }

    private static TaskTypeCatalogue Catalogue(ProviderDescriptor[] providers, string? disabled = null) =>
        new(CoreTaskTypes.All, providers, disabled is null ? new HashSet<string>() : [disabled]);

    private static ProviderDescriptor Provider(string id, string taskType) =>
        new()
        {
            Id = id,
            Name = id,
            TaskType = taskType,
        };
}
