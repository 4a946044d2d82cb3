using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Providers.Apps;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>
/// Settings that the server stores for apps: config of their own, and preferences of the user in whose name they act.
/// </summary>
internal static class AppApiSettingEndpoints
{
    public static void MapAppApiSettings(this IEndpointRouteBuilder routes)
    {
        var settings = routes.MapAppApi().MapGroup("/api/v1/ex-app").WithTags("AppAPI").RequireApp();
        settings
            .MapPost("/config", SetConfig)
            .WithName("setAppConfig")
            .WithSummary("Stores a value for the app.")
            .Takes<SettingParameters>()
            .Answers<ConfigResource>()
            .Fails(400, 401);
        settings
            .MapPost("/config/get-values", GetConfig)
            .WithName("getAppConfig")
            .WithSummary("Answers values of the app; missing ones are left out.")
            .Takes<SettingKeysParameters>()
            .Answers<IReadOnlyList<SettingValueResource>>()
            .Fails(400, 401);
        settings
            .MapDelete("/config", DeleteConfig)
            .WithName("deleteAppConfig")
            .WithSummary("Removes values of the app; answers their number.")
            .Takes<SettingKeysParameters>()
            .Answers<int>()
            .Fails(400, 401, 404);
        settings
            .MapPost("/preference", SetPreference)
            .WithName("setAppPreference")
            .WithSummary("Stores a value for the app and the user in whose name it acts.")
            .Takes<SettingParameters>()
            .Answers<PreferenceResource>()
            .Fails(400, 401);
        settings
            .MapPost("/preference/get-values", GetPreferences)
            .WithName("getAppPreferences")
            .WithSummary("Answers values of the user; missing ones are left out.")
            .Takes<SettingKeysParameters>()
            .Answers<IReadOnlyList<SettingValueResource>>()
            .Fails(400, 401);
        settings
            .MapDelete("/preference", DeletePreferences)
            .WithName("deleteAppPreferences")
            .WithSummary("Removes values of the user; answers their number.")
            .Takes<SettingKeysParameters>()
            .Answers<int>()
            .Fails(400, 401, 404);
    }

    private static async Task<OcsResult> SetConfig(
        OcsParameters parameters,
        Caller caller,
        KeepExAppSettings settings,
        CancellationToken cancellationToken
    )
    {
        if (await SaveAsync(parameters, caller.AppId!, userId: null, settings, cancellationToken) is not { } stored)
            return EmptyKey;

        var config = new ConfigResource(stored.Id, stored.AppId, stored.Key, stored.Value, stored.Sensitive ? 1 : 0);
        return OcsResult.Ok(new ValueData<ConfigResource>(config, AppApiSettingJson.Default.ConfigResource));
    }

    private static async Task<OcsResult> SetPreference(
        OcsParameters parameters,
        Caller caller,
        KeepExAppSettings settings,
        CancellationToken cancellationToken
    )
    {
        if (caller.UserId is null)
            return NoUser;
        if (await SaveAsync(parameters, caller.AppId!, caller.UserId, settings, cancellationToken) is not { } stored)
            return EmptyKey;

        var preference = new PreferenceResource(
            stored.Id,
            stored.UserId!,
            stored.AppId,
            stored.Key,
            stored.Value,
            stored.Sensitive ? 1 : 0
        );
        return OcsResult.Ok(new ValueData<PreferenceResource>(preference, AppApiSettingJson.Default.PreferenceResource));
    }

    private static Task<OcsResult> GetConfig(
        OcsParameters parameters,
        Caller caller,
        KeepExAppSettings settings,
        CancellationToken cancellationToken
    ) => ListAsync(parameters, caller.AppId!, userId: null, settings, cancellationToken);

    private static async Task<OcsResult> GetPreferences(
        OcsParameters parameters,
        Caller caller,
        KeepExAppSettings settings,
        CancellationToken cancellationToken
    ) => caller.UserId is { } userId ? await ListAsync(parameters, caller.AppId!, userId, settings, cancellationToken) : NoUser;

    private static Task<OcsResult> DeleteConfig(
        OcsParameters parameters,
        Caller caller,
        KeepExAppSettings settings,
        CancellationToken cancellationToken
    ) => RemoveAsync(parameters, caller.AppId!, userId: null, settings, cancellationToken);

    private static async Task<OcsResult> DeletePreferences(
        OcsParameters parameters,
        Caller caller,
        KeepExAppSettings settings,
        CancellationToken cancellationToken
    ) => caller.UserId is { } userId ? await RemoveAsync(parameters, caller.AppId!, userId, settings, cancellationToken) : NoUser;

    private static OcsResult EmptyKey => new(StatusCodes.Status400BadRequest, OcsData.EmptyList, "Config key cannot be empty");

    private static OcsResult NoUser =>
        new(StatusCodes.Status400BadRequest, OcsData.EmptyList, "Preferences belong to a user, and the app acts for none");

    private static async Task<ExAppSetting?> SaveAsync(
        OcsParameters parameters,
        string appId,
        string? userId,
        KeepExAppSettings settings,
        CancellationToken cancellationToken
    )
    {
        var key = parameters.Text("configKey");
        // nc_py_api sends text; any other value is stored as its JSON.
        var value =
            parameters.Find("configValue") is not { } given || given.ValueKind == JsonValueKind.String
                ? parameters.Text("configValue")
                : given.GetRawText();
        bool? sensitive = parameters.Has("sensitive") ? parameters.Boolean("sensitive", otherwise: false) : null;
        return key.Length == 0 ? null : await settings.SaveAsync(appId, userId, key, value, sensitive, cancellationToken);
    }

    private static async Task<OcsResult> ListAsync(
        OcsParameters parameters,
        string appId,
        string? userId,
        KeepExAppSettings settings,
        CancellationToken cancellationToken
    )
    {
        var found = await settings.ListAsync(appId, userId, parameters.List("configKeys"), cancellationToken);
        var values = found.Select(setting => new SettingValueResource(setting.Key, setting.Value)).ToList();
        return OcsResult.Ok(new ValueData<List<SettingValueResource>>(values, AppApiSettingJson.Default.ListSettingValueResource));
    }

    // A missing setting is a 404, which nc_py_api ignores.
    private static async Task<OcsResult> RemoveAsync(
        OcsParameters parameters,
        string appId,
        string? userId,
        KeepExAppSettings settings,
        CancellationToken cancellationToken
    ) =>
        await settings.RemoveAsync(appId, userId, parameters.List("configKeys"), cancellationToken) is var count and > 0
            ? OcsResult.Ok(OcsData.Number(count))
            : new OcsResult(StatusCodes.Status404NotFound, OcsData.EmptyList, "There are no such values");
}

internal sealed record ConfigResource(long Id, string Appid, string Configkey, string Configvalue, int Sensitive);

internal sealed record PreferenceResource(long Id, string Userid, string Appid, string Configkey, string Configvalue, int Sensitive);

internal sealed record SettingValueResource(string Configkey, string Configvalue);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ConfigResource))]
[JsonSerializable(typeof(PreferenceResource))]
[JsonSerializable(typeof(List<SettingValueResource>))]
internal sealed partial class AppApiSettingJson : JsonSerializerContext;
