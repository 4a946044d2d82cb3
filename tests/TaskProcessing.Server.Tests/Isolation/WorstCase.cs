using System.Text;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>
/// What makes calls expensive, of a size that is known: the deepest path that there may be, a folder with many folders, as many files
/// as a task may name, long lists of tasks, tasks with the largest input.
/// </summary>
internal sealed class WorstCase
{
    public const string FilesType = "test:files";
    public const string AnyType = "pipeline:search";
    public const int Folders = 500;
    public const int Tasks = 300;
    public const int Batch = 100;

    /// <summary>The length of the input of each task in the list.</summary>
    private const int InputLength = 10_000;

    private const int Depth = 98;

    /// <summary>The deepest folder. There is room below it for a name, and for one in that.</summary>
    public static readonly string Deep = string.Join('/', Enumerable.Repeat("d", Depth));

    public static readonly Dictionary<string, string> Settings = new()
    {
        ["TaskTypes:Custom:0:Id"] = FilesType,
        ["TaskTypes:Custom:0:Name"] = "Files",
        ["TaskTypes:Custom:0:Input:0:Key"] = "files",
        ["TaskTypes:Custom:0:Input:0:Type"] = "ListOfFiles",
        ["TaskTypes:Custom:0:Output:0:Key"] = "files",
        ["TaskTypes:Custom:0:Output:0:Type"] = "ListOfFiles",
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The ids of as many files as a task may name.</summary>
    public required IReadOnlyList<long> FileIds { get; init; }

    /// <summary>Puts all of it into the database, past the server.</summary>
    public static async Task<WorstCase> FillAsync(TestDatabase database, string userId)
    {
        var now = DateTimeOffset.UtcNow;
        await using var db = database.OpenContext();
        var blob = new StoredBlob
        {
            Key = BlobKey.New(now),
            State = BlobState.Kept,
            CreatedAt = now,
        };
        db.Add(blob);
        var home = (await database.Get<IFileStore>().FindAtAsync(userId, new FilePath(FileTree.Files, ""), Token))!.Id;
        var deepest = home;
        for (var level = 0; level < Depth; level++)
        {
            var folder = Entry(deepest, "d", isFolder: true);
            db.Add(folder);
            await db.SaveChangesAsync(Token);
            deepest = folder.Id;
        }

        var many = Entry(home, "many", isFolder: true);
        db.Add(many);
        await db.SaveChangesAsync(Token);
        db.AddRange(Enumerable.Range(0, Folders).Select(number => Entry(many.Id, $"{number}", isFolder: true)));
        var files = Enumerable.Range(0, 100).Select(number => Entry(home, $"file-{number}", isFolder: false)).ToList();
        db.AddRange(files);
        db.AddRange(Enumerable.Range(0, 10).Select(number => Entry(deepest, $"{number}", isFolder: false)));
        db.AddRange(
            Enumerable
                .Range(0, Tasks)
                .Select(_ => new ProcessingTask
                {
                    Type = "core:text2text",
                    Status = ProcessingStatus.Successful,
                    UserId = userId,
                    AppId = "test",
                    Input = $$"""{"input":"{{new string('a', InputLength)}}"}""",
                    ScheduledAt = now,
                    LastUpdated = now,
                    EndedAt = now,
                })
        );
        await db.SaveChangesAsync(Token);
        return new WorstCase { FileIds = [.. files.Select(file => file.Id)] };

        StoredFile Entry(long parentId, string name, bool isFolder) =>
            new()
            {
                UserId = userId,
                ParentId = parentId,
                Name = name,
                IsFolder = isFolder,
                BlobKey = isFolder ? null : blob.Key,
                Revision = isFolder ? StoredFile.NewRevision() : null,
                ModifiedAt = now,
                CreatedAt = now,
            };
    }

    /// <summary>
    /// A JSON object that begins with the given one, and has the most bytes and as many values as may be: what it costs to hold
    /// depends on both.
    /// </summary>
    public static byte[] LargestJson(string start, int length = 8 * 1024 * 1024)
    {
        var body = new byte[length];
        // Without the last bracket.
        var head = Encoding.UTF8.GetBytes($"{start[..^1]}{(start.Contains(':', StringComparison.Ordinal) ? "," : "")}\"zz\":[");
        var tail = "\"]}"u8;
        head.CopyTo(body, 0);
        var at = head.Length;
        for (var value = 0; value < 990_000; value++)
        {
            body[at++] = (byte)'1';
            body[at++] = (byte)',';
        }

        body[at++] = (byte)'"';
        body.AsSpan(at).Fill((byte)'a');
        tail.CopyTo(body.AsSpan(length - tail.Length));
        return body;
    }

    /// <summary>An XML document of the most bytes and parts, with what the verb wants in it.</summary>
    public static byte[] LargestXml(string method)
    {
        var (root, content) = method switch
        {
            "PROPFIND" => ("propfind", "<d:allprop/>"),
            "PROPPATCH" => ("propertyupdate", "<d:set><d:prop><x:p xmlns:x=\"x\">1</x:p></d:prop></d:set>"),
            "SEARCH" => (
                "searchrequest",
                "<d:basicsearch><d:select><d:allprop/></d:select><d:from><d:scope><d:href>/files/alice/</d:href>"
                    + "<d:depth>infinity</d:depth></d:scope></d:from><d:orderby><d:order><d:prop><d:displayname/></d:prop></d:order>"
                    + "</d:orderby></d:basicsearch>"
            ),
            _ => ("lockinfo", "<d:lockscope><d:shared/></d:lockscope><d:locktype><d:write/></d:locktype>"),
        };
        var parts = string.Concat(Enumerable.Range(0, 1950).Select(number => $"<d:i{number}/>"));
        var start = $"<d:{root} xmlns:d=\"DAV:\">{content}<d:other>{parts}</d:other><!--";
        var end = $"--></d:{root}>";
        return Encoding.UTF8.GetBytes(start + new string('x', (1024 * 1024) - start.Length - end.Length) + end);
    }
}
