using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Sees and cancels tasks of a Nextcloud as their users do; an app may act for any user. Tasks without a user are seen by the app itself,
/// from 33 on.
/// </summary>
internal static class RemoteTasks
{
    private const string Root = "ocs/v2.php/taskprocessing/";
    private const string RootWithoutUser = Root + "tasks_consumer/";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What a task has become; null when it cannot be seen.</summary>
    public static async Task<RemoteSight?> SeeAsync(this HeldNextcloud held, NextcloudTask task, CancellationToken cancellationToken)
    {
        try
        {
            return new RemoteSight(await held.SendAsync(task.RemoteUser, HttpMethod.Get, $"task/{task.RemoteId}", cancellationToken));
        }
        catch (OcsException gone) when (gone.OcsStatus == 404)
        {
            return new RemoteSight(null);
        }
        catch (OcsException unseen) when (IsNoMatterOfTheConnection(unseen))
        {
            return null;
        }
    }

    /// <summary>Cancels a task in its user's name, or in nobody's.</summary>
    /// <returns>The status after that; null where the Nextcloud does not let this be done.</returns>
    public static async Task<ProcessingStatus?> TryCancelAsync(
        this HeldNextcloud held,
        NextcloudTask task,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await held.SendAsync(task.RemoteUser, HttpMethod.Post, $"tasks/{task.RemoteId}/cancel", cancellationToken)).Status;
        }
        catch (OcsException refused) when (IsNoMatterOfTheConnection(refused))
        {
            return null;
        }
    }

    /// <summary>All tasks of a user; none when there is no such user any more.</summary>
    public static async Task<IReadOnlyList<ProtocolTask>> ListTasksAsync(
        this HeldNextcloud held,
        string user,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await held.CallAsync<IReadOnlyList<ProtocolTask>>(
                async (client, token) =>
                {
                    var calls = client.CallsAs(user);
                    using var request = calls.Request(HttpMethod.Get, Root + "tasks");
                    return ProtocolTask.ListFromData(await calls.SendAsync(request, token) ?? default);
                },
                Patience,
                cancellationToken,
                asUser: true
            );
        }
        catch (OcsException unseen) when (IsNoMatterOfTheConnection(unseen))
        {
            return [];
        }
    }

    public static Task<IReadOnlyList<string>> ListUsersAsync(this HeldNextcloud held, CancellationToken cancellationToken) =>
        held.CallAsync<IReadOnlyList<string>>(
            async (client, token) =>
            {
                using var request = client.Calls.Request(HttpMethod.Get, "ocs/v2.php/apps/app_api/api/v1/users");
                var data = await client.Calls.SendAsync(request, token);
                return data is { ValueKind: JsonValueKind.Array } users
                    ? [.. users.EnumerateArray().Where(user => user.ValueKind == JsonValueKind.String).Select(user => user.GetString()!)]
                    : [];
            },
            Patience,
            cancellationToken
        );

    private static Task<ProtocolTask> SendAsync(
        this HeldNextcloud held,
        string? user,
        HttpMethod method,
        string route,
        CancellationToken cancellationToken
    ) =>
        held.CallAsync(
            async (client, token) =>
            {
                var calls = user is null ? client.Calls : client.CallsAs(user);
                using var request = calls.Request(method, (user is null ? RootWithoutUser : Root) + route);
                return ProtocolTask.FromData(await calls.SendAsync(request, token) ?? default);
            },
            Patience,
            cancellationToken,
            asUser: true
        );

    private static bool IsNoMatterOfTheConnection(OcsException error) =>
        error.Kind is OcsErrorKind.NotFound or OcsErrorKind.InvalidInput or OcsErrorKind.Unauthorized or OcsErrorKind.NotAvailable
        || error.IsInternalError;
}

/// <summary>A look at a task there; null when it was deleted.</summary>
internal sealed record RemoteSight(ProtocolTask? Task);
