using System.Linq.Expressions;
using System.Reflection;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Statements;

/// <summary>
/// Reads a task from a row and turns it into values, compiled once from its properties: as fast as hand-written code, and
/// a new column needs no change here. A test compares it with the model.
/// </summary>
internal static class TaskRow
{
    /// <summary>The properties that the store gives to a new task.</summary>
    private static readonly string[] Given = [nameof(ProcessingTask.Id), nameof(ProcessingTask.Turn)];

    private static readonly PropertyInfo[] Kept = [.. typeof(ProcessingTask).GetProperties().Where(property => property.CanWrite)];

    private static readonly PropertyInfo[] New = [.. Kept.Where(property => !Given.Contains(property.Name))];

    /// <summary>The columns, in the order in which <see cref="Read"/> wants them.</summary>
    public static string Columns { get; } = Names(Kept);

    /// <summary>The columns of a new task, in the order of <see cref="NewValues"/>.</summary>
    public static string NewColumns { get; } = Names(New);

    public static Func<IRow, ProcessingTask> Read { get; } = CompileRead();

    public static Func<ProcessingTask, object?[]> NewValues { get; } = CompileValues();

    /// <summary>The index of a property's value in <see cref="NewValues"/>.</summary>
    public static int PlaceOf(string property) => Array.FindIndex(New, kept => kept.Name == property);

    /// <summary>The places of <see cref="NewValues"/> in a statement.</summary>
    public static string NewPlaces { get; } =
        string.Join(
            ", ",
            New.Select((property, place) => IsNullable(property) ? $"{{{place}:{SqlType(property.PropertyType)}}}" : $"{{{place}}}")
        );

    private static string Names(PropertyInfo[] properties) =>
        string.Join(", ", properties.Select(property => TaskDbContext.ColumnName(property.Name)));

    private static bool IsNullable(PropertyInfo property) =>
        Nullable.GetUnderlyingType(property.PropertyType) is not null
        || new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;

    private static string SqlType(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            var it when it == typeof(string) => "text",
            var it when it == typeof(DateTimeOffset) || it == typeof(long) => "bigint",
            var it when it == typeof(double) => "double",
            var it when it == typeof(bool) => "boolean",
            _ => "integer",
        };

    private static Func<IRow, ProcessingTask> CompileRead()
    {
        var row = Expression.Parameter(typeof(IRow));
        var task = Expression.MemberInit(
            Expression.New(typeof(ProcessingTask)),
            Kept.Select((property, column) => Expression.Bind(property, Value(row, column, property.PropertyType)))
        );
        return Expression.Lambda<Func<IRow, ProcessingTask>>(task, row).Compile();
    }

    private static Expression Value(Expression row, int column, Type type)
    {
        Expression Get(string getter) => Expression.Call(row, getter, [], Expression.Constant(column));
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return OrNull(Expression.Convert(Value(row, column, underlying), type));
        if (type == typeof(string))
            return OrNull(Get(nameof(IRow.Text)));
        if (type == typeof(DateTimeOffset))
            return Expression.Call(typeof(DateTimeOffset), nameof(DateTimeOffset.FromUnixTimeMilliseconds), [], Get(nameof(IRow.Int64)));
        if (type == typeof(double))
            return Get(nameof(IRow.Double));

        return type == typeof(bool) ? Get(nameof(IRow.Boolean)) : Expression.Convert(Get(nameof(IRow.Int64)), type);

        Expression OrNull(Expression value) => Expression.Condition(Get(nameof(IRow.IsNull)), Expression.Default(type), value);
    }

    private static Func<ProcessingTask, object?[]> CompileValues()
    {
        var task = Expression.Parameter(typeof(ProcessingTask));
        var values = Expression.NewArrayInit(typeof(object), New.Select(property => Boxed(Expression.Property(task, property))));
        return Expression.Lambda<Func<ProcessingTask, object?[]>>(values, task).Compile();
    }

    private static Expression Boxed(Expression value)
    {
        if (Nullable.GetUnderlyingType(value.Type) is not null)
        {
            return Expression.Condition(
                Expression.Property(value, "HasValue"),
                Boxed(Expression.Property(value, "Value")),
                Expression.Constant(null, typeof(object))
            );
        }

        if (value.Type == typeof(DateTimeOffset))
            value = Expression.Call(value, nameof(DateTimeOffset.ToUnixTimeMilliseconds), []);
        return Expression.Convert(value.Type.IsEnum ? Expression.Convert(value, typeof(int)) : value, typeof(object));
    }
}
