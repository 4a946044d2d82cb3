using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Tests.Conformance;

public abstract class NextcloudStoreConformance : StoreConformance
{
    private INextcloudStore Nextclouds => Database.Get<INextcloudStore>();

    [Fact]
    public async Task A_connection_is_kept_as_it_was_added_and_its_id_is_taken()
    {
        var added = Connection("home", types: "core:text2text\ncore:text2image");

        (await Nextclouds.TryAddAsync(added, Token)).Should().BeTrue();
        (await Nextclouds.TryAddAsync(Connection("home", url: "https://other.example.org"), Token)).Should().BeFalse();

        (await Nextclouds.FindAsync("home", Token)).Should().BeEquivalentTo(added);
        (await Nextclouds.FindAsync("away", Token)).Should().BeNull();
    }

    [Fact]
    public async Task Connections_are_listed_by_id_and_removed_once()
    {
        foreach (var id in (string[])["b", "a-1", "a_1"])
            await Nextclouds.TryAddAsync(Connection(id), Token);

        (await Nextclouds.RemoveAsync("b", Token)).Should().BeTrue();
        (await Nextclouds.RemoveAsync("b", Token)).Should().BeFalse();

        (await Nextclouds.ListAsync(Token)).Select(one => one.Id).Should().Equal("a-1", "a_1");
    }

    [Fact]
    public async Task A_new_secret_makes_the_connection_forget_what_was_said_with_the_old_one()
    {
        await Nextclouds.TryAddAsync(Connection("home"), Token);
        await Nextclouds.SetEnabledThereAsync("home", enabled: true, Now, Token);
        await Nextclouds.SetOfferedAsync("home", "core:text2text", Now, Token);
        await Nextclouds.NoteContactAsync("home", Bad(NextcloudTrouble.WrongSecret), Now, Token);

        (await Nextclouds.SetSecretAsync("home", "another", Token)).Should().BeTrue();
        (await Nextclouds.SetSecretAsync("away", "another", Token)).Should().BeFalse();

        var connection = await Nextclouds.FindAsync("home", Token);
        connection!.ProtectedSecret.Should().Be("another");
        connection.EnabledThere.Should().BeNull();
        connection.Offered.Should().BeNull();
        connection.OfferedAt.Should().BeNull();
        connection.Trouble.Should().Be(NextcloudTrouble.None);
        connection.Problem.Should().BeNull();
        connection.ProblemSince.Should().BeNull();
    }

    [Fact]
    public async Task Once_enabled_there_all_has_to_be_registered_again_and_no_trouble_counts()
    {
        await Nextclouds.TryAddAsync(Connection("home"), Token);
        await Nextclouds.NoteContactAsync("home", Bad(NextcloudTrouble.WrongSecret) with { Until = Now.AddMinutes(10) }, Now, Token);
        await Nextclouds.SetOfferedAsync("home", "core:text2text", Now, Token);
        (await Nextclouds.FindAsync("home", Token))!.OfferedAt.Should().Be(Now);

        (await Nextclouds.SetEnabledThereAsync("home", enabled: true, Now, Token)).Should().BeTrue();
        (await Nextclouds.SetEnabledThereAsync("away", enabled: true, Now, Token)).Should().BeFalse();

        var connection = await Nextclouds.FindAsync("home", Token);
        connection!.EnabledThere.Should().BeTrue();
        connection.Offered.Should().Be("core:text2text");
        connection.OfferedAt.Should().BeNull();
        connection.Trouble.Should().Be(NextcloudTrouble.None);
        connection.ProblemUntil.Should().BeNull();
        connection.ContactAt.Should().Be(Now);

        await Nextclouds.SetEnabledThereAsync("home", enabled: false, Now, Token);
        var disabled = await Nextclouds.FindAsync("home", Token);
        disabled!.EnabledThere.Should().BeFalse();
        disabled.Trouble.Should().Be(NextcloudTrouble.NotEnabled);
        disabled.ProblemSince.Should().Be(Now);
    }

    [Fact]
    public async Task A_refused_upload_is_kept_with_its_size()
    {
        await Nextclouds.TryAddAsync(Connection("home"), Token);

        await Nextclouds.NoteRefusedUploadAsync("home", 3_000_000_000, Now, Token);

        var connection = await Nextclouds.FindAsync("home", Token);
        connection!.RefusedUploadBytes.Should().Be(3_000_000_000);
        connection.RefusedUploadAt.Should().Be(Now);
    }

    [Fact]
    public async Task A_trouble_lasts_from_its_first_contact_to_the_first_good_one()
    {
        await Nextclouds.TryAddAsync(Connection("home"), Token);
        await Nextclouds.NoteContactAsync("home", NextcloudContact.Good with { ServerVersion = "32.0.1" }, Now, Token);
        var reached = Now;
        Clock.SetForward(TimeSpan.FromMinutes(1));
        var began = Now;
        await Nextclouds.NoteContactAsync("home", Bad(NextcloudTrouble.Unreachable), Now, Token);
        Clock.SetForward(TimeSpan.FromMinutes(1));
        await Nextclouds.NoteContactAsync("home", Bad(NextcloudTrouble.Unreachable), Now, Token);

        var away = await Nextclouds.FindAsync("home", Token);
        away!.ServerVersion.Should().Be("32.0.1");
        away.ContactAt.Should().Be(reached);
        away.Trouble.Should().Be(NextcloudTrouble.Unreachable);
        away.Problem.Should().Be("It does not answer");
        away.ProblemSince.Should().Be(began);

        var until = Now + TimeSpan.FromMinutes(30);
        await Nextclouds.NoteContactAsync("home", Bad(NextcloudTrouble.LockedOut) with { Until = until }, Now, Token);
        var locked = await Nextclouds.FindAsync("home", Token);
        locked!.ProblemSince.Should().Be(Now);
        locked.ProblemUntil.Should().Be(until);
        locked.ContactAt.Should().Be(Now);

        await Nextclouds.NoteContactAsync("home", NextcloudContact.Good, Now, Token);
        var back = await Nextclouds.FindAsync("home", Token);
        back!.Trouble.Should().Be(NextcloudTrouble.None);
        back.Problem.Should().BeNull();
        back.ProblemSince.Should().BeNull();
        back.ProblemUntil.Should().BeNull();
        back.ServerVersion.Should().Be("32.0.1");
    }

    [Fact]
    public async Task Connections_of_settings_follow_them_and_are_disabled_when_none_names_them()
    {
        await Nextclouds.TryAddAsync(Connection("by-command"), Token);
        await Nextclouds.PutConfiguredAsync(
            [Connection("a"), Connection("b"), Connection("by-command", url: "https://new.example.org")],
            Token
        );
        await Nextclouds.SetEnabledThereAsync("a", enabled: true, Now, Token);

        await Nextclouds.PutConfiguredAsync([Connection("a", url: "https://new.example.org", types: "core:text2text")], Token);

        var changed = await Nextclouds.FindAsync("a", Token);
        changed!.Url.Should().Be("https://new.example.org");
        changed.Types.Should().Be("core:text2text");
        changed.FromSettings.Should().BeTrue();
        changed.EnabledThere.Should().BeTrue();
        (await Nextclouds.FindAsync("b", Token))!.Enabled.Should().BeFalse();
        var command = await Nextclouds.FindAsync("by-command", Token);
        command!.Url.Should().Be("https://cloud.example.org");
        command.Enabled.Should().BeTrue();
    }

    [Fact]
    public async Task Every_change_is_noticed_but_what_contacts_teach()
    {
        var seen = new List<long>();
        var changes = new Func<Task>[]
        {
            () => Nextclouds.TryAddAsync(Connection("home"), Token),
            () => Nextclouds.SetEnabledAsync("home", enabled: false, Token),
            () => Nextclouds.SetEnabledThereAsync("home", enabled: true, Now, Token),
            () => Nextclouds.SetSecretAsync("home", "another", Token),
            () => Nextclouds.SetOfferedAsync("home", "core:text2text", Now, Token),
            () => Nextclouds.NoteContactAsync("home", NextcloudContact.Good, Now, Token),
            () => Nextclouds.PutConfiguredAsync([], Token),
            () => Nextclouds.PutConfiguredAsync([Connection("a")], Token),
            () => Nextclouds.RemoveAsync("home", Token),
        };
        foreach (var change in changes)
        {
            await change();
            seen.Add(await VersionAsync());
        }

        seen.Should().Equal(1, 2, 3, 4, 4, 4, 4, 5, 6);
    }

    private async Task<long> VersionAsync() =>
        (await Database.Get<IChangeStore>().ReadVersionsAsync(Token)).GetValueOrDefault(ChangeTopic.Nextclouds);

    private static NextcloudContact Bad(NextcloudTrouble trouble) => new(trouble, "It does not answer", Until: null);

    private Nextcloud Connection(string id, string url = "https://cloud.example.org", string? types = null) =>
        new()
        {
            Id = id,
            Url = url,
            AppId = Nextcloud.DefaultAppId,
            AppVersion = "1.0.0",
            ProtectedSecret = "protected",
            Types = types,
            MaxRunning = 3,
            UploadByWebDav = true,
            CreatedAt = Now,
        };
}
