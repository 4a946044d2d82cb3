using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Accounts.LoginFlows;
using TaskProcessing.Server.Accounts.Sessions;

namespace TaskProcessing.Server.Accounts;

internal static class AccountServices
{
    /// <summary>Users, passwords and sessions, the check of credentials, the brake on guessing, and the limit of held connections.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDataProtection().SetApplicationName("TaskProcessing").ProtectKeys(configuration);

        services.AddSingleton<CredentialCache>();
        services.AddSingleton<AccountDirectory>();
        services.AddSingleton<VerifyCredentials>();
        services.AddSingleton<CreateAccount>();
        services.AddSingleton<ChangePassword>();
        services.AddSingleton<RemoveAccount>();
        services.AddSingleton<CreateAppPassword>();

        services.AddSingleton<RememberedLogins>();
        services.AddSingleton<LoginTurns>();
        services.AddSingleton<CheckLogin>();
        services.AddSingleton<ListBlocks>();
        services.AddSingleton<LiftBlocks>();

        services.AddSingleton<FindSession>();
        services.AddSingleton<OpenSession>();
        services.AddSingleton<EndSession>();

        services.AddSingleton<StartLoginFlow>();
        services.AddSingleton<AnswerLoginFlow>();
        services.AddSingleton<FinishLoginFlow>();

        services.AddSingleton<SharedPlaces>();
        services.AddSingleton<HeldConnections>();
        services.AddSingleton<Drain>();
        return services;
    }

    /// <summary>A server that has held connections, and requests that a load balancer sends.</summary>
    public static void AddDrain(this IServiceCollection services)
    {
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().AddCheck<Drain>("serving");
        services
            .AddOptions<HostOptions>()
            .Configure<IOptions<ShutdownOptions>>((host, own) => host.ShutdownTimeout = own.Value.Drain + ShutdownOptions.Finish);
    }
}
