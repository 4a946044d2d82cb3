using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers.Choosing;

namespace TaskProcessing.Server.Store.Apps;

/// <summary>The preferred provider of a task type.</summary>
internal sealed class StoredPreference
{
    public required string TaskType { get; init; }

    public required string ProviderId { get; init; }
}

/// <summary>A disabled provider.</summary>
internal sealed class DisabledProvider
{
    public required string ProviderId { get; init; }
}

internal sealed class ProviderChoiceStore(Database database) : IProviderChoiceStore
{
    private static readonly ChangeTopic[] Topics = [ChangeTopic.Providers];

    public Task<StoredChoices> ReadAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            async db => new StoredChoices(
                (await db.ProviderPreferences.ToListAsync(cancellationToken)).ToImmutableDictionary(
                    preference => preference.TaskType,
                    preference => preference.ProviderId
                ),
                [.. await db.DisabledProviders.Select(provider => provider.ProviderId).ToListAsync(cancellationToken)]
            ),
            cancellationToken
        );

    public Task PreferAsync(string taskType, string providerId, CancellationToken cancellationToken) =>
        ChangeStore.ChangeAsync(
            database,
            Topics,
            db =>
                db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO provider_preferences (task_type, provider_id) VALUES ({taskType}, {providerId})
                    ON CONFLICT (task_type) DO UPDATE SET provider_id = excluded.provider_id
                    """,
                    CancellationToken.None
                ),
            cancellationToken
        );

    public Task<bool> ClearPreferenceAsync(string taskType, CancellationToken cancellationToken) =>
        ChangeStore.ChangeAsync(
            database,
            Topics,
            db => db.ProviderPreferences.Where(preference => preference.TaskType == taskType).ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    public Task<bool> SetEnabledAsync(string providerId, bool enabled, CancellationToken cancellationToken) =>
        ChangeStore.ChangeAsync(
            database,
            Topics,
            db =>
                enabled
                    ? db.DisabledProviders.Where(provider => provider.ProviderId == providerId).ExecuteDeleteAsync(CancellationToken.None)
                    : db.Database.ExecuteSqlAsync(
                        $"INSERT INTO disabled_providers (provider_id) VALUES ({providerId}) ON CONFLICT (provider_id) DO NOTHING",
                        CancellationToken.None
                    ),
            cancellationToken
        );

    public async Task<IReadOnlyList<LocalProviderRecord>> ListLocalAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db => db.LocalProviders.OrderBy(provider => provider.Position).ToListAsync(cancellationToken),
            cancellationToken
        );

    public Task RecordLocalAsync(
        IReadOnlyCollection<LocalProviderRecord> served,
        IReadOnlyCollection<string> gone,
        CancellationToken cancellationToken
    ) =>
        database.TransactAsync(
            async db =>
            {
                // In the order of their ids, so that two servers never wait for each other crosswise.
                foreach (var provider in served.OrderBy(provider => provider.ProviderId, StringComparer.Ordinal))
                {
                    await db.Database.ExecuteSqlAsync(
                        $"""
                        INSERT INTO local_providers (provider_id, name, task_type, position, seen_at)
                        VALUES ({provider.ProviderId}, {provider.Name}, {provider.TaskType}, {provider.Position},
                            {provider.SeenAt.ToUnixTimeMilliseconds()})
                        ON CONFLICT (provider_id) DO UPDATE SET name = excluded.name, task_type = excluded.task_type,
                            position = excluded.position, seen_at = excluded.seen_at
                        """,
                        CancellationToken.None
                    );
                }

                return await db
                    .LocalProviders.Where(provider => gone.Contains(provider.ProviderId))
                    .ExecuteDeleteAsync(CancellationToken.None);
            },
            cancellationToken
        );
}
