using System.Reflection;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace TaskProcessing.Server.Store.Migrations;

/// <summary>All migrations, oldest first. EF Core would look for them in the assembly, and load all of its types and the libraries that they want.</summary>
internal sealed class KnownMigrations : IMigrationsAssembly
{
    public IReadOnlyDictionary<string, TypeInfo> Migrations { get; } =
        new[] { typeof(Initial) }.ToDictionary(type => type.GetCustomAttribute<MigrationAttribute>()!.Id, type => type.GetTypeInfo());

    /// <summary>None: a test compares what the migrations make with the model.</summary>
    public ModelSnapshot? ModelSnapshot => null;

    public Assembly Assembly => typeof(KnownMigrations).Assembly;

    public string? FindMigrationId(string nameOrId) => Migrations.Keys.FirstOrDefault(id => id == nameOrId);

    public Migration CreateMigration(TypeInfo migrationClass, string activeProvider)
    {
        var migration = (Migration)Activator.CreateInstance(migrationClass)!;
        migration.ActiveProvider = activeProvider;
        return migration;
    }
}
