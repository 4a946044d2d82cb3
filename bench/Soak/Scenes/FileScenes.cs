namespace Soak.Scenes;

/// <summary>Users keep files over WebDAV, and leave some things undone.</summary>
internal sealed class FileScenes(Stage stage)
{
    private const string Lock =
        """<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>soak</owner></lockinfo>""";

    public static ByteArrayContent Bytes(Random random, int most)
    {
        var bytes = new byte[random.Next(1, most)];
        random.NextBytes(bytes);
        return new ByteArrayContent(bytes);
    }

    /// <summary>A folder that is filled, copied, moved, listed, searched, packed and deleted.</summary>
    public async Task FolderAsync(Random random, CancellationToken cancellationToken)
    {
        var (person, user) = stage.AnyUser(random);
        var (name, root) = (stage.NewName("folder"), $"/remote.php/dav/files/{person.Name}");
        await user.CallAsync("MKCOL", $"{root}/{name}", null, [201], cancellationToken);
        for (var file = 0; file < random.Next(1, 5); file++)
            await user.CallAsync("PUT", $"{root}/{name}/{file}.bin", Bytes(random, 200_000), [201], cancellationToken);
        await user.CallAsync("PUT", $"{root}/{name}/0.bin", Bytes(random, 1000), [204], cancellationToken);
        await user.CallAsync("PROPFIND", $"{root}/{name}", null, [207], cancellationToken, ("Depth", "1"));
        await user.CallAsync("PROPPATCH", $"{root}/{name}/0.bin", Caller.Xml(Property(name)), [207], cancellationToken);
        await user.CallAsync("COPY", $"{root}/{name}", null, [201], cancellationToken, ("Destination", $"{root}/{name}-copy"));
        await user.CallAsync("MOVE", $"{root}/{name}/0.bin", null, [201], cancellationToken, ("Destination", $"{root}/{name}/moved.bin"));
        await user.CallAsync("SEARCH", "/remote.php/dav/", Caller.Xml(Search(person.Name, name)), [207], cancellationToken);
        await user.CallAsync("GET", $"{root}/{name}?accept={random.GetItems(["zip", "tar"], 1)[0]}", null, [200], cancellationToken);
        await user.CutAsync("GET", $"{root}/{name}-copy?accept=zip", TimeSpan.FromMilliseconds(random.Next(1, 10)), cancellationToken);
        await user.DeleteAsync($"{root}/{name}", cancellationToken);
        await user.DeleteAsync($"{root}/{name}-copy", cancellationToken);
    }

    /// <summary>An upload in parts, which is completed, given up or forgotten.</summary>
    public async Task PartsAsync(Random random, CancellationToken cancellationToken)
    {
        var (person, user) = stage.AnyUser(random);
        var (upload, place) = (
            $"/remote.php/dav/uploads/{person.Name}/{stage.NewName("upload")}",
            $"/remote.php/dav/files/{person.Name}/{stage.NewName("parts")}"
        );
        await user.CallAsync("MKCOL", upload, null, [201], cancellationToken);
        for (var part = 1; part <= 3; part++)
            await user.CallAsync("PUT", $"{upload}/{part}", Bytes(random, 300_000), [201], cancellationToken);
        switch (random.Next(3))
        {
            case 0:
                await user.CallAsync("MOVE", $"{upload}/.file", null, [201], cancellationToken, ("Destination", place));
                await user.DeleteAsync(place, cancellationToken);
                break;
            case 1:
                await user.DeleteAsync(upload, cancellationToken);
                break;
        }
    }

    /// <summary>An upload whose connection is cut.</summary>
    public async Task CutUploadAsync(Random random, CancellationToken cancellationToken)
    {
        var (person, user) = stage.AnyUser(random);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var content = new StreamContent(new SlowStream(cut, random.Next(10_000, 400_000)));
        content.Headers.ContentLength = 500_000;
        try
        {
            var path = $"/remote.php/dav/files/{person.Name}/{stage.NewName("cut")}";
            using var response = await user.SendAsync("PUT", path, content, HttpCompletionOption.ResponseHeadersRead, cut.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // That was the point.
        }
    }

    /// <summary>A lock that is given back, or left to its end.</summary>
    public async Task LockAsync(Random random, CancellationToken cancellationToken)
    {
        var (person, user) = stage.AnyUser(random);
        var path = $"/remote.php/dav/files/{person.Name}/{stage.NewName("locked")}";
        await user.CallAsync("PUT", path, Bytes(random, 1000), [201], cancellationToken);
        var held = await user.CallAsync("LOCK", path, Caller.Xml(Lock), [200], cancellationToken, ("Timeout", "Second-1"));
        if (random.Next(2) == 0)
            await user.CallAsync(
                "UNLOCK",
                path,
                null,
                [204, 409],
                cancellationToken,
                ("Lock-Token", held.Headers.GetValues("Lock-Token").Single())
            );
        else
            await Task.Delay(TimeSpan.FromSeconds(1.2), cancellationToken);

        // Where the clock stands still the lock lasts, and the file waits for the end of the run.
        await user.DeleteAsync(path, cancellationToken, 423);
    }

    private static string Property(string name) =>
        $"""<propertyupdate xmlns="DAV:"><set><prop><note xmlns="urn:soak">{name}</note></prop></set></propertyupdate>""";

    private static string Search(string user, string name) =>
        $"""
            <searchrequest xmlns="DAV:" xmlns:oc="http://owncloud.org/ns"><basicsearch><select><prop><oc:fileid/></prop></select>
            <from><scope><href>/files/{user}</href><depth>infinity</depth></scope></from>
            <where><like><prop><displayname/></prop><literal>%{name}%</literal></like></where></basicsearch></searchrequest>
            """;

    /// <summary>Gives so many bytes, and then has its call cut.</summary>
    private sealed class SlowStream(CancellationTokenSource cut, int bytes) : Stream
    {
        private int _left = bytes;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_left == 0)
            {
                cut.Cancel();
                throw new OperationCanceledException(cut.Token);
            }

            var given = Math.Min(count, _left);
            _left -= given;
            return given;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
