using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>The data of several rooms: files, Data Protection keys, and the counts of changes before there are any.</summary>
public abstract class DatabaseConformance : StoreConformance
{
    [Fact]
    public async Task Topics_that_never_changed_are_absent() =>
        (await Database.Get<IChangeStore>().ReadVersionsAsync(Token)).Should().BeEmpty();

    [Fact]
    public void Data_Protection_keys_come_back_in_their_order()
    {
        var keys = Database.Get<IOptions<KeyManagementOptions>>().Value.XmlRepository!;
        XElement[] elements = [XElement.Parse("<key id=\"1\"><value>ä &amp; b</value></key>"), XElement.Parse("<key id=\"2\" />")];

        foreach (var element in elements)
            keys.StoreElement(element, "key-" + element.Attribute("id")!.Value);

        keys.GetAllElements().Select(element => element.ToString()).Should().Equal(elements.Select(element => element.ToString()));
    }

    [Fact]
    public async Task A_value_that_one_node_encrypts_can_be_read_by_another()
    {
        await using var first = CreateNode();
        await using var second = CreateNode();

        var secret = Protector(first).Protect("s3cret");

        Protector(second).Unprotect(secret).Should().Be("s3cret");
    }

    private ServiceProvider CreateNode()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddDataProtection().SetApplicationName("test");
        return Database.AddTo(services).BuildServiceProvider();
    }

    private static IDataProtector Protector(IServiceProvider node) =>
        node.GetRequiredService<IDataProtectionProvider>().CreateProtector("purpose");
}
