using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>The progress of an app's preparation.</summary>
internal sealed record AppStatusParameters
{
    /// <summary>0 to 100; 100 means ready.</summary>
    [Required]
    [Range(0, 100)]
    public required int Progress { get; init; }

    /// <summary>The error; empty without one.</summary>
    public string? Error { get; init; }
}

/// <summary>A value to keep.</summary>
internal sealed record SettingParameters
{
    /// <summary>Its name.</summary>
    [Required]
    public required string ConfigKey { get; init; }

    /// <summary>The value.</summary>
    [Required]
    public required string ConfigValue { get; init; }

    /// <summary>True to store the value encrypted. Without it the present choice stays, at first false.</summary>
    public bool? Sensitive { get; init; }
}

/// <summary>The keys of the settings.</summary>
internal sealed record SettingKeysParameters
{
    /// <summary>Their names.</summary>
    [Required]
    public required IReadOnlyList<string> ConfigKeys { get; init; }
}
