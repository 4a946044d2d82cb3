namespace Soak.Scenes;

/// <summary>The server under load, and who calls it.</summary>
internal sealed record Cast
{
    public const string App = "soak";
    public const string AppSecret = "secret";

    /// <summary>An app that is disabled and enabled.</summary>
    public const string OtherApp = "soak_other";

    public const string Text = "core:text2text";
    public const string Sound = "core:audio2text";
    public const string Picture = "core:text2image";

    public required Uri Address { get; init; }

    public required IReadOnlyList<Person> Users { get; init; }

    public required Person Admin { get; init; }

    /// <summary>The receivers of webhooks.</summary>
    public required IReadOnlyList<Uri> Receivers { get; init; }

    /// <summary>Task types that the server serves itself.</summary>
    public IReadOnlyList<string> OwnTypes { get; init; } = [];

    public Person AnyUser(Random random) => Users[random.Next(Users.Count)];
}

/// <summary>A user, with the password for pages and one for programs.</summary>
internal sealed record Person(string Name, string Password, string AppPassword);
