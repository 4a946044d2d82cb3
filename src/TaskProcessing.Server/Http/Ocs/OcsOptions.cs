using System.ComponentModel.DataAnnotations;
using TaskProcessing.Server.Tasks.Wire;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>Section <c>Ocs</c>: how the OCS API answers.</summary>
internal sealed class OcsOptions
{
    /// <summary>
    /// The source that decides where the manual and Nextcloud differ; docs/compatibility.md lists the cases. Default <c>Manual</c>.
    /// </summary>
    [EnumDataType(typeof(OcsProfile))]
    public OcsProfile Profile { get; set; } = OcsProfile.Manual;

    /// <summary>
    /// The Nextcloud version that <c>capabilities</c> reports: provider apps choose their features by it. Default 35.0.0.
    /// </summary>
    [RegularExpression(@"^\d+\.\d+\.\d+$", ErrorMessage = "must have the form 35.0.0")]
    public string Version { get; set; } = "35.0.0";

    /// <summary>The largest request body outside file uploads, in bytes. Default 8 MiB.</summary>
    [Range(1024, int.MaxValue)]
    public long MaxRequestBytes { get; set; } = 8 * 1024 * 1024;
}
