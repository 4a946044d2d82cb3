using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Http.Admin;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The admin page: users, app passwords and blocks.</summary>
internal static class AdminAccountEndpoints
{
    private const int UsersOnPage = 200;
    private const int LongestName = 255;

    public static void MapAdminAccounts(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapTaskProcessing().MapGroup("/admin").WithTags("Administration").RequireAdmin(notByApp: true);
        admin
            .MapMethods("/users", OcsRoutes.Read, List)
            .WithName("listAccounts")
            .WithSummary("The users, by login name.")
            .Takes<ListUsersParameters>()
            .Answers<UsersResource>()
            .Fails(400, 401, 403);
        admin.MapPost("/users", Add).WithName("addAccount").WithSummary("Adds a user.").Takes<AddUserParameters>().Fails(400, 401, 403);
        admin
            .MapDelete("/users/{userId}", Remove)
            .WithName("removeAccount")
            .WithSummary("Removes a user with all tasks, files and app passwords; not the caller.")
            .Fails(401, 403, 404, 409);
        admin
            .MapPost("/users/{userId}/password", SetPassword)
            .WithName("setPassword")
            .WithSummary("Sets a user's password. App passwords stay valid, sessions end.")
            .Takes<SetPasswordParameters>()
            .Fails(400, 401, 403);
        admin
            .MapMethods("/users/{userId}/app_passwords", OcsRoutes.Read, ListAppPasswords)
            .WithName("listAppPasswords")
            .WithSummary("The names of a user's app passwords.")
            .Answers<AppPasswordsResource>()
            .Fails(401, 403, 404);
        admin
            .MapPost("/users/{userId}/app_passwords", AddAppPassword)
            .WithName("addAppPassword")
            .WithSummary("Makes an app password, which is shown once.")
            .Takes<AppPasswordNameParameters>()
            .Answers<NewAppPasswordResource>()
            .Fails(400, 401, 403, 404);
        admin
            .MapPost("/users/{userId}/app_passwords/revoke", RevokeAppPasswords)
            .WithName("revokeAppPasswords")
            .WithSummary("Revokes a user's app passwords of a name; their open connections end.")
            .Takes<AppPasswordNameParameters>()
            .Fails(400, 401, 403, 404);
        admin
            .MapPost("/blocks/lift", Lift)
            .WithName("liftBlocks")
            .WithSummary("Lifts the blocks on an address; running servers let go within a second.")
            .Takes<LiftParameters>()
            .Fails(400, 401, 403, 404);
    }

    private static async Task<OcsResult> List(OcsParameters parameters, IAccountStore accounts, CancellationToken cancellationToken)
    {
        var search = parameters.OptionalText("search") ?? "";
        var found = (await accounts.ListAsync(cancellationToken)).Where(Matches).ToList();
        return OcsResult.Ok(
            new ValueData<UsersResource>(
                new UsersResource([.. found.Take(UsersOnPage).Select(AccountResource.Of)], found.Count),
                AdminJson.Default.UsersResource
            )
        );

        bool Matches(Account account) =>
            account.Id.Contains(search, StringComparison.OrdinalIgnoreCase)
            || account.DisplayName.Contains(search, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<OcsResult> Add(
        OcsParameters parameters,
        Caller caller,
        CreateAccount createAccount,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        var (id, isAdmin) = (parameters.Text("id"), parameters.Boolean("isAdmin", otherwise: false));
        var name = parameters.OptionalText("displayName");
        if (name?.Length > LongestName)
            return TooLong();
        if (await createAccount.RunAsync(id, parameters.Text("password"), name, isAdmin, cancellationToken) is { } problem)
            return OcsResult.Failure(StatusCodes.Status400BadRequest, problem);

        audit.Record(caller, isAdmin ? "add administrator" : "add user", id);
        return OcsResult.Ok(OcsData.Null);
    }

    private static async Task<OcsResult> Remove(
        string userId,
        Caller caller,
        RemoveAccount removeAccount,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        if (LoginName.Key(userId) == LoginName.Key(caller.UserId!))
            return OcsResult.Failure(StatusCodes.Status409Conflict, "You cannot remove yourself");
        if (!await removeAccount.RunAsync(userId, cancellationToken))
            return NoSuchUser(userId);

        audit.Record(caller, "remove user", userId);
        return OcsResult.Ok(OcsData.Null);
    }

    private static async Task<OcsResult> SetPassword(
        string userId,
        OcsParameters parameters,
        Caller caller,
        ChangePassword changePassword,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        if (await changePassword.RunAsync(userId, parameters.Text("password"), cancellationToken) is { } problem)
            return OcsResult.Failure(StatusCodes.Status400BadRequest, problem);

        audit.Record(caller, "set the password of", userId);
        return OcsResult.Ok(OcsData.Null);
    }

    private static async Task<OcsResult> ListAppPasswords(string userId, IAccountStore accounts, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(userId, cancellationToken) is not { } account)
            return NoSuchUser(userId);

        var appPasswords = await accounts.ListAppPasswordsAsync(account.Id, cancellationToken);
        return OcsResult.Ok(
            new ValueData<AppPasswordsResource>(
                new AppPasswordsResource([
                    .. appPasswords.Select(one => new AppPasswordResource(one.Name, one.CreatedAt.ToUnixTimeSeconds())),
                ]),
                AdminJson.Default.AppPasswordsResource
            )
        );
    }

    private static async Task<OcsResult> AddAppPassword(
        string userId,
        OcsParameters parameters,
        Caller caller,
        CreateAppPassword createAppPassword,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        var name = parameters.Text("name");
        if (name.Length is 0 or > LongestName)
            return TooLong();
        if (await createAppPassword.RunAsync(userId, name, cancellationToken) is not { } token)
            return NoSuchUser(userId);

        audit.Record(caller, "make an app password for", $"{userId}: {name}");
        return OcsResult.Ok(
            new ValueData<NewAppPasswordResource>(new NewAppPasswordResource(token), AdminJson.Default.NewAppPasswordResource)
        );
    }

    private static async Task<OcsResult> RevokeAppPasswords(
        string userId,
        OcsParameters parameters,
        Caller caller,
        IAccountStore accounts,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        var name = parameters.Text("name");
        if (
            await accounts.FindAsync(userId, cancellationToken) is not { } account
            || !await accounts.RemoveAppPasswordsAsync(account.Id, name, cancellationToken)
        )
            return OcsResult.Failure(StatusCodes.Status404NotFound, $"There is no app password \"{name}\" of a user \"{userId}\"");

        audit.Record(caller, "revoke the app password of", $"{account.Id}: {name}");
        return OcsResult.Ok(OcsData.Null);
    }

    private static async Task<OcsResult> Lift(
        OcsParameters parameters,
        Caller caller,
        LiftBlocks liftBlocks,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        var (address, name) = (parameters.Text("address"), parameters.OptionalText("name"));
        var lifted = await liftBlocks.RunAsync(address, name, cancellationToken);
        foreach (var block in lifted)
            audit.Record(caller, "lift the block on", $"{block.Network} for {block.Name ?? "all names"}");
        return lifted.Count > 0 ? OcsResult.Ok(OcsData.Null) : OcsResult.Failure(StatusCodes.Status404NotFound, "There is no such block");
    }

    private static OcsResult NoSuchUser(string id) => OcsResult.Failure(StatusCodes.Status404NotFound, $"There is no user \"{id}\"");

    private static OcsResult TooLong() =>
        OcsResult.Failure(StatusCodes.Status400BadRequest, $"A name must have 1 to {LongestName} characters");
}
