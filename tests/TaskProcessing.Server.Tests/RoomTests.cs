using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using TaskProcessing.Providers;
using TaskProcessing.Sdk.Client;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace TaskProcessing.Server.Tests;

/// <summary>The arrows between the rooms: Http ▶ rooms ◀ Store, and no circle. Read off the compiled assemblies.</summary>
public sealed class RoomTests
{
    private const string Server = "TaskProcessing.Server";
    private const string DomainRooms =
        @"^TaskProcessing\.Server\.(Accounts|Files|Nextclouds|Providers|Tasks|TaskTypes|Upkeep|Webhooks|Primitives|Observability)(\.|$)";
    private const string AllRooms = @"^TaskProcessing\.Server\.\w";

    private static readonly System.Reflection.Assembly Workers = typeof(LocalProviderOptions).Assembly;

    private static readonly Architecture Built = new ArchLoader()
        .LoadAssemblies(typeof(ServerBuilder).Assembly, Workers, typeof(TaskClient).Assembly)
        .Build();

    [Fact]
    public void Rooms_form_no_circle()
    {
        // A pattern of the library makes a slice of each namespace; a room has all those below it.
        var rooms = new SliceRuleCreator();
        rooms.SetSliceAssignment(new SliceAssignment(RoomOf, "rooms"));

        new GivenSlices(rooms).Should().BeFreeOfCycles().Check(Built);
    }

    [Fact]
    public void Rooms_of_the_domain_know_neither_HTTP_nor_the_store_nor_the_command_line() =>
        Types()
            .That()
            .ResideInNamespaceMatching(DomainRooms)
            .Should()
            .NotDependOnAny(Types().That().ResideInNamespaceMatching(@"^TaskProcessing\.Server\.(Http|Store|Cli)(\.|$)"))
            .Check(Built);

    [Fact]
    public void HTTP_and_the_store_do_not_know_each_other()
    {
        Types()
            .That()
            .ResideInNamespaceMatching($"^{Server}.Http(\\.|$)")
            .Should()
            .NotDependOnAny(Types().That().ResideInNamespaceMatching($"^{Server}.(Store|Cli)(\\.|$)"))
            .Check(Built);
        Types()
            .That()
            .ResideInNamespaceMatching($"^{Server}.Store(\\.|$)")
            .Should()
            .NotDependOnAny(Types().That().ResideInNamespaceMatching($"^{Server}.(Http|Cli)(\\.|$)"))
            .Check(Built);
    }

    [Fact]
    public void Task_types_know_no_other_room_but_primitives() =>
        Types()
            .That()
            .ResideInNamespaceMatching($"^{Server}.TaskTypes(\\.|$)")
            .Should()
            .NotDependOnAny(
                Types()
                    .That()
                    .ResideInNamespaceMatching(AllRooms)
                    .And()
                    .DoNotResideInNamespaceMatching($"^{Server}.(TaskTypes|Primitives)(\\.|$)")
            )
            .Check(Built);

    [Theory]
    [InlineData("Observability")]
    [InlineData("Primitives")]
    public void Leaf_rooms_know_no_other_room(string room) =>
        Types()
            .That()
            .ResideInNamespaceMatching($"^{Server}.{room}(\\.|$)")
            .Should()
            .NotDependOnAny(
                Types().That().ResideInNamespaceMatching(AllRooms).And().DoNotResideInNamespaceMatching($"^{Server}.{room}(\\.|$)")
            )
            .Check(Built);

    [Fact]
    public void The_SDK_does_not_know_the_server() =>
        Types()
            .That()
            .ResideInAssembly(typeof(TaskClient).Assembly)
            .Should()
            .NotDependOnAny(Types().That().ResideInAssembly(typeof(ServerBuilder).Assembly))
            .Check(Built);

    [Fact]
    public void The_workers_know_the_SDK_alone()
    {
        var known = Workers.GetReferencedAssemblies().Select(assembly => assembly.Name!).ToList();

        known.Where(name => name.StartsWith("taskprocessing", StringComparison.OrdinalIgnoreCase)).Should().Equal("TaskProcessing.Sdk");
        known
            .Where(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.Contains("EntityFrameworkCore"))
            .Should()
            .BeEmpty();
    }

    [Fact]
    public void The_server_knows_the_workers_in_one_room_and_not_what_they_are_made_with()
    {
        Types()
            .That()
            .ResideInNamespaceMatching(AllRooms)
            .And()
            .DoNotResideInNamespaceMatching($"^{Server}.Providers(\\.|$)")
            .Should()
            .NotDependOnAny(Types().That().ResideInAssembly(Workers))
            .Check(Built);
        typeof(ServerBuilder).Assembly.GetReferencedAssemblies().Should().NotContain(assembly => assembly.Name == "OpenAI");
    }

    private static SliceIdentifier RoomOf(IType type) =>
        type.Namespace.FullName.Split('.') is ["TaskProcessing", "Server", var room, ..]
            ? SliceIdentifier.Of(room)
            : SliceIdentifier.Ignore();
}
