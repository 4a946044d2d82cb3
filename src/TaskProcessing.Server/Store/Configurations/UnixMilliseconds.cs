using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace TaskProcessing.Server.Store.Configurations;

/// <summary>Times are kept as Unix milliseconds: SQLite cannot order a <see cref="DateTimeOffset"/>.</summary>
internal sealed class UnixMilliseconds()
    : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(),
        milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
    );
