namespace TaskProcessing.Server.Store.Statements;

/// <summary>One row that a statement returned; columns count from 0. Valid only while it is read.</summary>
internal interface IRow
{
    bool IsNull(int column);

    long Int64(int column);

    double Double(int column);

    bool Boolean(int column);

    string Text(int column);
}
