using System.Text;
using System.Xml;
using FsCheck;
using FsCheck.Fluent;
using TaskProcessing.Server.Http.Ocs;

namespace TaskProcessing.Server.Tests.Http;

public sealed class OcsXmlTests
{
    [Fact]
    public void Every_kind_of_value_has_its_form() =>
        Xml(
                """{"ocs":{"data":{"a":null,"b":"","c":true,"d":false,"e":1.5,"f":"x<&>y","g":"""
                    + """[],"h":{},"i":["p",["q"]],"core:x":{"0":"zero"}}}}"""
            )
            .Should()
            .Be(
                """
                <?xml version="1.0"?>
                <ocs>
                 <data>
                  <a/>
                  <b></b>
                  <c>1</c>
                  <d></d>
                  <e>1.5</e>
                  <f>x&lt;&amp;&gt;y</f>
                  <g/>
                  <h/>
                  <i>
                   <element>p</element>
                   <element>
                    <element>q</element>
                   </element>
                  </i>
                  <core:x>
                   <element>zero</element>
                  </core:x>
                 </data>
                </ocs>

                """
            );

    [Fact]
    public void Any_text_and_any_key_make_well_formed_xml() =>
        Prop.ForAll<string, NonEmptyString>(
                (text, key) =>
                {
                    var json = System.Text.Json.JsonSerializer.Serialize(
                        new Dictionary<string, object?> { ["ocs"] = new Dictionary<string, object?> { [key.Get.Replace(":", "")] = text } }
                    );
                    var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit };
                    using var reader = XmlReader.Create(new StringReader(Xml(json)), settings);
                    while (reader.Read())
                    {
                        // Reading to the end is the check.
                    }
                }
            )
            .QuickCheckThrowOnFailure();

    private static string Xml(string json) => Encoding.UTF8.GetString(OcsXml.FromJson(Encoding.UTF8.GetBytes(json)));
}
