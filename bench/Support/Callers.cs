using System.Text;

namespace TaskProcessing.Benches;

/// <summary>The headers by which callers are known.</summary>
internal static class Callers
{
    /// <summary>Where an app registers its providers.</summary>
    public const string Registrations = "/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";

    private static readonly (string, string)[] Ocs = [("OCS-APIRequest", "true"), ("Accept", "application/json")];

    /// <param name="login"><c>name:password</c></param>
    public static IReadOnlyList<(string Name, string Value)> User(string login) => [.. Ocs, ("Authorization", $"Basic {Base64(login)}")];

    public static IReadOnlyList<(string Name, string Value)> App(string id, string secret) =>
        [.. Ocs, ("EX-APP-ID", id), ("EX-APP-VERSION", "1.0.0"), ("AUTHORIZATION-APP-API", Base64($":{secret}"))];

    public static IReadOnlyList<(string Name, string Value)> Guest() => Ocs;

    /// <summary>The body with which an app registers a provider.</summary>
    public static object Registration(string id, string taskType)
    {
        object[] none = [];
        return new
        {
            provider = new
            {
                id,
                name = id,
                task_type = taskType,
                expected_runtime = 1,
                optional_input_shape = none,
                optional_output_shape = none,
                input_shape_enum_values = none,
                input_shape_defaults = none,
                optional_input_shape_enum_values = none,
                optional_input_shape_defaults = none,
                output_shape_enum_values = none,
                optional_output_shape_enum_values = none,
            },
        };
    }

    public static void Add(this HttpClient client, IReadOnlyList<(string Name, string Value)> headers)
    {
        foreach (var (name, value) in headers)
            client.DefaultRequestHeaders.Add(name, value);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
