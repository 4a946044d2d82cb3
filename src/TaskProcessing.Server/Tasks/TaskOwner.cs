namespace TaskProcessing.Server.Tasks;

/// <summary>
/// The owner of a task: a user, a guest (known by network address alone), or none (a provider app without a user). Only the same
/// owner may see or change the task.
/// </summary>
internal readonly record struct TaskOwner(string? UserId, string? GuestAddress)
{
    public static TaskOwner None => default;

    public static TaskOwner User(string userId) => new(userId, null);

    public static TaskOwner Guest(string address) => new(null, address);
}
