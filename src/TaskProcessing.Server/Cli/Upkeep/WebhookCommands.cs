using System.CommandLine;
using System.Globalization;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Webhooks;
using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary><c>webhook</c>: the log of deliveries, and the key that they are signed with.</summary>
internal static class WebhookCommands
{
    public static Command Create(CommandHost host) =>
        new("webhook", "Shows which webhooks were delivered, and has failed ones tried again.")
        {
            List(host),
            Get(host),
            Retry(host),
            Secret(host),
        };

    private static Command List(CommandHost host)
    {
        var failed = new Option<bool>("--failed") { Description = "Only those that were given up or refused." };
        var limit = new Option<int>("--limit")
        {
            Description = "At most so many, the newest.",
            HelpName = "N",
            DefaultValueFactory = _ => 50,
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
                result.AddError("--limit must be at least 1.");
        });
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("list", "Lists the newest deliveries, the newest first.") { failed, limit, json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var deliveries = await services
                            .GetRequiredService<IWebhookStore>()
                            .ListAsync(parsed.GetValue(failed), parsed.GetValue(limit), cancellationToken);
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(deliveries.Select(Json))
                            : Table.Write(
                                host.Streams.Out,
                                ["ID", "TASK", "TARGET", "STATE", "ATTEMPTS", "CREATED (UTC)", "NEXT (UTC)", "LAST"],
                                deliveries.Select(delivery =>
                                    new[]
                                    {
                                        delivery.Id,
                                        delivery.TaskId.ToString(CultureInfo.InvariantCulture),
                                        delivery.Target,
                                        delivery.State.Name(),
                                        delivery.Attempts.ToString(CultureInfo.InvariantCulture),
                                        Table.Time(delivery.CreatedAt),
                                        delivery.State == WebhookState.Waiting ? Table.Time(delivery.NextAttemptAt) : null,
                                        delivery.LastProblem ?? delivery.LastStatus?.ToString(CultureInfo.InvariantCulture),
                                    }
                                )
                            );
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Get(CommandHost host)
    {
        var id = Id();
        var command = new Command("get", "Shows a delivery as JSON: where it goes, every attempt, and what is to be sent.") { id };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                        await services.GetRequiredService<IWebhookStore>().FindAsync(parsed.GetRequiredValue(id), cancellationToken)
                            is { } delivery
                            ? host.Streams.WriteJson(
                                new
                                {
                                    Delivery = Json(delivery),
                                    delivery.Uri,
                                    delivery.Method,
                                    delivery.UserId,
                                    History = TaskHistory
                                        .Read(delivery.History)
                                        .Select(entry => new
                                        {
                                            At = entry.At.ToUnixTimeSeconds(),
                                            entry.Kind,
                                            By = entry.Actor,
                                            entry.Detail,
                                        }),
                                    delivery.Body,
                                }
                            )
                            : NoSuchDelivery(host, parsed.GetRequiredValue(id)),
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Retry(CommandHost host)
    {
        var id = Id();
        var command = new Command("retry", "Has a delivery sent at once, unless it was delivered.") { id };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var delivery = parsed.GetRequiredValue(id);
                        return await services.GetRequiredService<RetryWebhook>().RunAsync(delivery, cancellationToken) switch
                        {
                            RetryOutcome.Due => host.Streams.Print($"Delivery {delivery} is sent within a second, if a server runs"),
                            RetryOutcome.Delivered => host.Streams.Fail($"Delivery {delivery} was delivered already"),
                            RetryOutcome.UnderWay => host.Streams.Fail($"Delivery {delivery} is being sent at this moment"),
                            _ => NoSuchDelivery(host, delivery),
                        };
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Secret(CommandHost host)
    {
        var command = new Command("secret", "Prints the keys of the signatures of deliveries, the newest first.");
        command.SetAction(
            (_, cancellationToken) =>
                host.RunFirstAsync(
                    async services =>
                        host.Streams.Print(
                            string.Join(
                                '\n',
                                (await services.GetRequiredService<WebhookKeys>().GetAsync(cancellationToken)).Select(key => key.Text)
                            )
                        ),
                    cancellationToken
                )
        );
        return command;
    }

    /// <summary>A delivery without its address, whose path and query may hold secrets.</summary>
    private static object Json(WebhookDelivery delivery) =>
        new
        {
            delivery.Id,
            delivery.TaskId,
            delivery.Target,
            State = delivery.State.Name(),
            delivery.Attempts,
            CreatedAt = delivery.CreatedAt.ToUnixTimeSeconds(),
            NextAttemptAt = delivery.State == WebhookState.Waiting ? delivery.NextAttemptAt?.ToUnixTimeSeconds() : null,
            EndedAt = delivery.EndedAt?.ToUnixTimeSeconds(),
            delivery.LastStatus,
            delivery.LastProblem,
        };

    private static Argument<string> Id() => new("ID") { Description = "The delivery's id, as \"webhook list\" shows it." };

    private static int NoSuchDelivery(CommandHost host, string id) => host.Streams.Fail($"There is no delivery \"{id}\"");
}
