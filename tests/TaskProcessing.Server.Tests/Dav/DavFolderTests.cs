using System.Net;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Dav.Properties;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using static TaskProcessing.Server.Tests.Dav.DavDriver;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>Listings of folders, as synchronising clients read them.</summary>
public sealed class DavFolderTests
{
    [Fact]
    public async Task A_folders_ETag_changes_with_what_is_below_it_and_not_otherwise()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        foreach (var folder in new[] { "a", "a/b", "c", "/remote.php/dav/uploads/alice/1" })
            await alice.StatusAsync("MKCOL", folder);
        await alice.StatusAsync("PUT", "a/b/x", "1");
        await alice.StatusAsync("PUT", "/remote.php/dav/uploads/alice/1/1", "part");
        const string dead = """<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><p/></d:prop></d:set></d:propertyupdate>""";
        const string held =
            """<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>""";

        (await ChangedAsync(() => alice.StatusAsync("PUT", "a/b/x", "2"))).Should().Equal("", "a/", "a/b/");
        (await ChangedAsync(() => alice.StatusAsync("MOVE", "/remote.php/dav/uploads/alice/1/.file", null, ("Destination", "a/y"))))
            .Should()
            .Equal("", "a/");
        (await ChangedAsync(() => alice.StatusAsync("COPY", "a/y", null, ("Destination", "c/y")))).Should().Equal("", "c/");
        (await ChangedAsync(() => alice.StatusAsync("DELETE", "c/y"))).Should().Equal("", "c/");
        (await ChangedAsync(() => alice.StatusAsync("GET", "a/y"))).Should().BeEmpty();
        (await ChangedAsync(() => alice.StatusAsync("PROPPATCH", "a/y", dead))).Should().BeEmpty();
        (await ChangedAsync(() => alice.StatusAsync("PUT", "a/y", "2", ("If-Match", "\"other\"")))).Should().BeEmpty();
        (await ChangedAsync(() => alice.StatusAsync("LOCK", "a/y", held))).Should().BeEmpty();

        async Task<Dictionary<string, string>> TagsAsync() =>
            (await alice.FindAsync("", 2, D + "getetag"))
                .Where(found => found.Key.EndsWith('/'))
                .ToDictionary(found => found.Key["/remote.php/dav/files/alice/".Length..], found => found.Value[D + "getetag"].Value);

        async Task<IEnumerable<string>> ChangedAsync(Func<Task<HttpStatusCode>> act)
        {
            var before = await TagsAsync();
            await act();
            return (await TagsAsync()).Where(tag => before[tag.Key] != tag.Value).Select(tag => tag.Key).Order();
        }
    }

    [Fact]
    public async Task A_large_tree_is_listed_one_level_at_a_time_and_searched_in_portions()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        await alice.StatusAsync("MKCOL", "a");
        await using (var db = await server.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync())
        {
            var folder = db.Set<StoredFile>().Single(file => file.Name == "a");
            db.AddRange(Enumerable.Range(0, DavListing.MaxEntries).Select(number => FileIn(folder, $"{number}")));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        (await alice.FindAsync("a", 1, D + "displayname")).Should().HaveCount(DavListing.MaxEntries + 1);
        var deep = await alice.DavAsync("PROPFIND", "", null, ("Depth", "infinity"));
        deep.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await deep.Content.ReadAsStringAsync()).Should().Contain("propfind-finite-depth");

        const string search = """
            <d:searchrequest xmlns:d="DAV:"><d:basicsearch><d:select><d:prop><d:getetag/></d:prop></d:select>
            <d:from><d:scope><d:href>/files/alice/</d:href><d:depth>infinity</d:depth></d:scope></d:from></d:basicsearch></d:searchrequest>
            """;
        var found = await (await alice.DavAsync("SEARCH", "/remote.php/dav/", search)).Content.ReadAsStringAsync();
        found.Split("<d:response>").Should().HaveCount(DavListing.MaxEntries + 2);
        found.Should().Contain("507 Insufficient Storage");
    }

    private static StoredFile FileIn(StoredFile folder, string name) =>
        new()
        {
            UserId = folder.UserId,
            ParentId = folder.Id,
            Name = name,
            IsFolder = true,
            Revision = StoredFile.NewRevision(),
        };
}
