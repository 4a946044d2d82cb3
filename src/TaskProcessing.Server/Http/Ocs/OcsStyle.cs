using TaskProcessing.Server.Http.Texts;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>What the form of an answer's data depends on.</summary>
internal sealed record OcsStyle(OcsProfile Profile, Language Language);
