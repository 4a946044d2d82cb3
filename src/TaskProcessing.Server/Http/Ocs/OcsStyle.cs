using TaskProcessing.Server.Http.Texts;
using TaskProcessing.Server.Tasks.Wire;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>The profile and the language of an answer's data.</summary>
internal sealed record OcsStyle(OcsProfile Profile, AnswerLanguage Language)
{
    /// <summary>The writer of tasks.</summary>
    public TaskJson Tasks => TaskJson.Of(Profile);
}
