using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace TaskProcessing.Server.Store;

/// <summary>A key of ASP.NET Core's Data Protection, as the XML that it asked to keep.</summary>
internal sealed class DataProtectionKey
{
    public long Id { get; set; }

    public string? FriendlyName { get; init; }

    public required string Xml { get; init; }
}

/// <summary>Keeps the Data Protection keys in the database, so that all nodes can read what one of them protected.</summary>
internal sealed class DataProtectionKeys(Database database) : IXmlRepository
{
    // Data Protection asks synchronously, on a pool thread and a few times in a server's life: blocking is harmless.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        database.ReadAsync(db => db.DataProtectionKeys.OrderBy(key => key.Id).ToListAsync(), CancellationToken.None)
            .GetAwaiter().GetResult()
            .ConvertAll(key => XElement.Parse(key.Xml));

    public void StoreElement(XElement element, string friendlyName) =>
        database.WriteAsync(
            db =>
            {
                db.Add(new DataProtectionKey { FriendlyName = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
                return db.SaveChangesAsync();
            },
            CancellationToken.None).GetAwaiter().GetResult();
}
