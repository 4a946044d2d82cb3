using System.Text.RegularExpressions;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>The kind of a refusal, where it matters.</summary>
internal enum RefusalKind
{
    /// <summary>An unknown kind.</summary>
    Other,

    /// <summary>The text and the answer do not fit into the model's context.</summary>
    TooLong,

    /// <summary>The key, or its rights.</summary>
    Credentials,

    /// <summary>The account has no credit left.</summary>
    Credit,

    /// <summary>The endpoint has no such model.</summary>
    NoModel,

    /// <summary>The model cannot use tools, or its server was started without them.</summary>
    NoTools,

    /// <summary>A part of the question that is no text: the model cannot look at it or listen to it.</summary>
    NoFiles,

    /// <summary>The size of an image.</summary>
    Size,

    /// <summary>A filter of contents.</summary>
    Contents,

    /// <summary>The model's template takes no such sequence of messages.</summary>
    Template,
}

/// <summary>
/// Finds the kind of a refusal by its words. The status alone is not enough: the same refusal is a 400 here, a 500 there,
/// and an event of an answer with status 200 elsewhere.
/// </summary>
internal static partial class RefusalWords
{
    public static RefusalKind KindOf(EndpointError error)
    {
        var words = error.Body;
        if (error.Status is 429)
        {
            // Of the limits of a minute only those never pass that the request alone exceeds.
            return IsOutOfCredit().IsMatch(words) ? RefusalKind.Credit
                : IsLargerThanTheRate().IsMatch(words) ? RefusalKind.TooLong
                : RefusalKind.Other;
        }

        return error.Status is 413 || IsTooLong().IsMatch(words) || IsLargerThanTheRate().IsMatch(words) ? RefusalKind.TooLong
            : error.Status is 402 || IsOutOfCredit().IsMatch(words) || LacksCredit().IsMatch(words) ? RefusalKind.Credit
            : IsAboutContents().IsMatch(words) ? RefusalKind.Contents
            : error.Status is 401 or 403 || IsAboutCredentials().IsMatch(words) ? RefusalKind.Credentials
            : IsAboutTools().IsMatch(words) ? RefusalKind.NoTools
            : IsAboutFiles().IsMatch(words) ? RefusalKind.NoFiles
            : error.Parameter is "size" ? RefusalKind.Size
            : error.Status is 404 || IsAboutModel().IsMatch(words) ? RefusalKind.NoModel
            : IsAboutTemplate().IsMatch(words) ? RefusalKind.Template
            : RefusalKind.Other;
    }

    [GeneratedRegex(
        """context_length_exceeded|exceed_context_size|string_above_max_length|"""
            + """max(imum)? (allowed )?(context|prompt|input|model|sequence) (length|size|window)|model_max_prompt_tokens|"""
            + """(exceed(s|ed|ing)?|longer than|larger than|greater than|too large for|beyond|over)\b.{0,60}\b(context\W+("""
            + """size|length|window|limit)|token limit|max(imum)? length|max_model_len|number of tokens)|"""
            + """context (size|length|window|limit) (has been |was |is )?(exceeded|too small)|"""
            + """(prompt|input|text|conversation)s? (is |are |was )?too (long|large)|input token count|number of input """
            + """tokens|too many (input |prompt )?tokens|"""
            + """string_too_long|should have at most \d+ characters|"""
            + """(reduce|shorten) (the|your) (length|prompt|input|messages?)|provide a shorter (input|prompt)|"""
            + """max_(new_)?tokens\W{0,3} must be (<|less)|must have less than \d+ tokens|range of input length""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsTooLong();

    [GeneratedRegex("request too large|must be reduced in order|reduce your message size", RegexOptions.IgnoreCase)]
    private static partial Regex IsLargerThanTheRate();

    [GeneratedRegex(
        "insufficient_quota|exceeded_current_quota|billing_(hard_limit|not_active)|insufficient (balance|credit|funds)",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsOutOfCredit();

    [GeneratedRegex("credit balance is too low|out of credits?|budget has been exceeded|exceeded .{0,20}budget", RegexOptions.IgnoreCase)]
    private static partial Regex LacksCredit();

    [GeneratedRegex(
        "content_filter|content_policy|ResponsibleAI|content management "
            + "policy|data_inspection_failed|inappropriate content|prohibited_content",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsAboutContents();

    [GeneratedRegex(
        """api[ _-]?key.{0,20}(not valid|invalid|incorrect|missing|expired|not found|required)|(invalid|incorrect|"""
            + """missing|wrong|expired|no|bad) api[ _-]?key|"""
            + """authentication[ _]?error|(invalid|missing|no) (auth|authentication|authorization|credentials|bearer|token"""
            + """)\b|\bunauthorized\b|permission_?denied""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsAboutCredentials();

    [GeneratedRegex(
        """(not|n't) support (tools|tool|function)|tool (choice|use|calling)\W.{0,40}(requires|not support|must)|"""
            + """support tool use|tools param(eter)? requires|enable-auto-tool-choice""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsAboutTools();

    [GeneratedRegex(
        """(unknown|unsupported|invalid) (content |message )?(part )?type\W{0,3}(is )?\W{0,3}(image|file|input_audio|audio|video)|"""
            + """unsupported content\[\]\.type|invalid content type\W{1,3}(image|file|input_audio)|"""
            + """(image|audio|video|file|pdf|document)s?( inputs?)? (is|are) not (supported|enabled)|"""
            + """(not|n't) support (image|audio|video|file|vision|pdf|multi-?modal)(?! generation)|not a multi-?modal model|"""
            + """missing data required for (image|audio)|invalid value\W{1,3}(file|input_audio|image_url)\b""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsAboutFiles();

    [GeneratedRegex(
        """model_not_found|model_decommissioned|(unknown|invalid|no such|unsupported) model\b|"""
            + """model\b.{0,120}(not found|not exist|not available|decommissioned|no longer)|try pulling it""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsAboutModel();

    [GeneratedRegex(
        """jinja|chat[ _]template|raise_exception|roles must alternate|(un)?expected (last )?role|system message """
            + """must|applying (the )?template|messages? with role""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsAboutTemplate();
}
