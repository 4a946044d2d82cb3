namespace TaskProcessing.Sdk.Protocol;

/// <summary>
/// The kind of value that a slot of a shape holds. <c>/tasktypes</c> sends the names, a provider app sends the numbers as
/// <c>shape_type</c>; a list type is its scalar type plus ten.
/// </summary>
public enum ShapeType
{
    /// <summary>A JSON number or a numeric string.</summary>
    Number = 0,

    /// <summary>A string; as an input at most 512,000 UTF-8 bytes unless the server is set otherwise.</summary>
    Text = 1,

    /// <summary>The numeric id of an image file.</summary>
    Image = 2,

    /// <summary>The numeric id of a sound file.</summary>
    Audio = 3,

    /// <summary>The numeric id of a video file.</summary>
    Video = 4,

    /// <summary>The numeric id of any file.</summary>
    File = 5,

    /// <summary>A string that is one of the choices that the provider names.</summary>
    Enum = 6,

    /// <summary>A list of numbers or numeric strings.</summary>
    ListOfNumbers = 10,

    /// <summary>A list of strings.</summary>
    ListOfTexts = 11,

    /// <summary>A list of ids of image files.</summary>
    ListOfImages = 12,

    /// <summary>A list of ids of sound files.</summary>
    ListOfAudios = 13,

    /// <summary>A list of ids of video files.</summary>
    ListOfVideos = 14,

    /// <summary>A list of ids of files.</summary>
    ListOfFiles = 15,
}

/// <summary>Properties of a <see cref="ShapeType"/>.</summary>
public static class ShapeTypeExtensions
{
    /// <summary>True when a value of this type is a JSON array.</summary>
    public static bool IsList(this ShapeType type) => (int)type >= 10;

    /// <summary>The type of one value: <see cref="ShapeType.ListOfImages"/> gives <see cref="ShapeType.Image"/>.</summary>
    public static ShapeType Scalar(this ShapeType type) => (ShapeType)((int)type % 10);

    /// <summary>True when values are file ids.</summary>
    public static bool IsFile(this ShapeType type) =>
        type.Scalar() is ShapeType.Image or ShapeType.Audio or ShapeType.Video or ShapeType.File;
}
