namespace TaskProcessing.Server.Files;

/// <summary>A place in one of a user's trees.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Text">The names from the top, joined by slashes; empty for the top itself.</param>
internal readonly record struct FilePath(FileTree Tree, string Text)
{
    public bool IsTop => Text.Length == 0;

    /// <summary>From the top down.</summary>
    public string[] Names => IsTop ? [] : Text.Split('/');

    public string Name => Text[(Text.LastIndexOf('/') + 1)..];

    /// <summary>The folder above; the top is its own.</summary>
    public FilePath Parent => this with { Text = Text[..Math.Max(0, Text.LastIndexOf('/'))] };

    public FilePath Child(string name) => this with { Text = IsTop ? name : $"{Text}/{name}" };

    /// <summary>True when this path is below the other.</summary>
    public bool IsBelow(FilePath other) =>
        Tree == other.Tree && (other.IsTop ? !IsTop : Text.StartsWith(other.Text + "/", StringComparison.Ordinal));

    /// <summary>A record's own shows all properties; the parents would have no end.</summary>
    public override string ToString() => Text;
}
