using System.Diagnostics;

namespace Soak.Scenes;

/// <summary>Everything that a server goes through, at a steady rate or a given number of times.</summary>
internal sealed class Load
{
    /// <summary>Nothing that a client does takes so long, not even on a machine that has other work.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Stage _stage;
    private readonly (string Name, int Weight, Func<Random, CancellationToken, Task> PlayAsync)[] _scenes;

    public Load(Stage stage)
    {
        _stage = stage;
        var (tasks, files) = (new TaskScenes(stage), new FileScenes(stage));
        var (logins, accounts) = (new LoginScenes(stage), new AccountScenes(stage));
        _scenes =
        [
            ("task", 30, tasks.TextAsync),
            ("guest's task", 3, tasks.GuestAsync),
            ("cut waits", 8, tasks.CutWaitsAsync),
            ("reading", 12, tasks.ReadAsync),
            ("operator", 2, tasks.OperateAsync),
            ("task with a file", 6, tasks.SoundAsync),
            ("task that makes a file", 6, tasks.PictureAsync),
            ("folder", 6, files.FolderAsync),
            ("upload in parts", 5, files.PartsAsync),
            ("cut upload", 3, files.CutUploadAsync),
            ("lock", 2, files.LockAsync),
            ("session", 3, logins.SessionAsync),
            ("login flow", 3, logins.FlowAsync),
            ("wrong password", 4, logins.GuessAsync),
            ("visitor", 3, accounts.VisitAsync),
            ("provider offered", 2, accounts.OfferAsync),
            ("app switched", 2, accounts.SwitchAsync),
        ];
    }

    /// <summary>Starts so many scenes a second, chosen by weight, until it is told to stop; then ends what it has begun.</summary>
    public async Task RunAsync(double rate, int mostAtATime, Random random, CancellationToken stopping)
    {
        var playing = new HashSet<Task>();
        var clock = Stopwatch.StartNew();
        for (var started = 0; !stopping.IsCancellationRequested; started++)
        {
            var due = TimeSpan.FromSeconds(started / rate) - clock.Elapsed;
            if (due > TimeSpan.Zero)
                await Task.Delay(due, CancellationToken.None);
            playing.RemoveWhere(scene => scene.IsCompleted);
            if (playing.Count < mostAtATime)
                playing.Add(PlayAsync(Choose(random), new Random(random.Next())));
        }

        await Task.WhenAll(playing);
    }

    /// <summary>Plays each scene so many times, a few at the same time.</summary>
    public async Task PlayAllAsync(int times, int atATime, Random random)
    {
        var all = Enumerable.Range(0, times).SelectMany(_ => Enumerable.Range(0, _scenes.Length)).ToArray();
        random.Shuffle(all);
        foreach (var some in all.Chunk(atATime))
            await Task.WhenAll(some.Select(scene => PlayAsync(scene, new Random(random.Next()))));
    }

    private int Choose(Random random)
    {
        var left = random.Next(_scenes.Sum(scene => scene.Weight));
        var chosen = 0;
        while ((left -= _scenes[chosen].Weight) >= 0)
            chosen++;
        return chosen;
    }

    private async Task PlayAsync(int scene, Random random)
    {
        // The caller goes on at once.
        await Task.Yield();
        _stage.Tally.Play(_scenes[scene].Name);
        using var longest = new CancellationTokenSource(Longest);
        try
        {
            await _scenes[scene].PlayAsync(random, longest.Token);
        }
        catch (SceneOverException)
        {
            // The tally has the reason.
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            _stage.Tally.CutShort();
        }
        catch (OperationCanceledException)
        {
            _stage.Tally.Surprise(
                $"no end of the scene \"{_scenes[scene].Name}\" within {Longest.TotalSeconds:0} s at {DateTime.UtcNow:T}; open: "
                    + _stage.Tally.Open
            );
        }
    }
}
