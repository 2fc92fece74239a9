//! Classes of each library and the columns that they stand for.

use super::*;

fn found(path: &str, text: &str) -> Vec<String> {
    let shown = |mapping: &Mapping| {
        let table = match &mapping.table {
            MappedName::Named(name) => name.to_string(),
            MappedName::Implied => "?".to_owned(),
            MappedName::None => "-".to_owned(),
        };
        let properties = mapping.properties.iter().map(|property| {
            let column = match &property.column {
                MappedName::Named(name) => format!("={name}"),
                MappedName::Implied => String::new(),
                MappedName::None => "-".to_owned(),
            };
            let target = property.target.as_deref().map(|target| format!(">{target}")).unwrap_or_default();
            format!(" {}{column}{target}", property.name)
        });
        let role = if mapping.role == MappingRole::Superclass { "*" } else { "" };
        format!("{role}{} {table}:{}", mapping.entity, properties.collect::<String>())
    };
    mappings(Input::new(path, text)).iter().filter(|mapping| !mapping.entity.ends_with("(back)")).map(shown).collect()
}

#[test]
fn classes_of_libraries() {
    for (path, text, expected) in [
        (
            "app/models.py",
            "from sqlalchemy import Column\nclass User(Base):\n  __tablename__ = 'users'\n  __table_args__ = {'schema': 'shop'}\n  id = Column(Integer, primary_key=True)\n  name = Column('full_name', String)\n  nick: Mapped[str]\n  mail: Mapped[str] = mapped_column('e_mail')\n  orders = relationship('Order')\n  def x(self): pass\n",
            vec!["User shop.users: id name=full_name nick mail=e_mail orders->Order"],
        ),
        (
            "app/models.py",
            "from sqlalchemy import Column\nclass Named:\n  full_name = Column(String)\nclass User(db.Model, Named):\n  id = db.Column(Integer)\nclass Admin(User):\n  level = Column(Integer)\n",
            vec!["*Named -: full_name", "User ?: id", "Admin -: level"],
        ),
        (
            "app/models.py",
            "users = Table('users', metadata, Column('id', Integer), Column('full_name', String, key='name'))\nmapper(User, users)\n",
            vec!["users users: id=id name=full_name", "User users: id=id name=full_name"],
        ),
        (
            "shop/users/models.py",
            "from django.db import models\nclass Base(models.Model):\n  created = models.DateTimeField()\n  class Meta:\n    abstract = True\nclass User(Base):\n  full_name = models.CharField(max_length=9)\n  mail = models.EmailField(db_column='e_mail')\n  team = models.ForeignKey('teams.Team', on_delete=models.CASCADE)\n  tags = models.ManyToManyField(Tag)\nclass Old(models.Model):\n  x = models.TextField(primary_key=True)\n  class Meta:\n    db_table = 'old_things'\n",
            vec![
                "*Base -: created=created",
                "User users_user: id=id full_name=full_name mail=e_mail team=team_id>Team team_id=team_id tags->Tag",
                "Old old_things: x=x",
            ],
        ),
        (
            "app/models.py",
            "from sqlmodel import Field, SQLModel\nclass UserBase(SQLModel):\n  full_name: str = Field(index=True)\nclass User(UserBase, table=True):\n  id: int | None = Field(default=None, primary_key=True)\n  team: Optional['Team'] = Relationship(back_populates='users')\n",
            vec!["*UserBase -: full_name", "User user: id team->Team"],
        ),
        (
            "app/models.py",
            "from peewee import *\nclass User(BaseModel):\n  name = CharField(column_name='full_name')\n  team = ForeignKeyField(Team)\n  class Meta:\n    table_name = 'users'\n",
            vec!["User users: name=full_name team=team_id>Team team_id=team_id"],
        ),
        (
            "app/models.py",
            "from tortoise import fields\nclass User(Model):\n  name = fields.CharField(50, source_field='full_name')\n",
            vec!["User ?: name=full_name"],
        ),
        ("app/forms.py", "class UserForm(forms.Form):\n  full_name = forms.CharField()\n", vec![]),
        ("app/s.py", "class UserSerializer(ModelSerializer):\n  full_name = serializers.CharField()\n", vec![]),
        ("app/s.py", "class User(BaseModel):\n  full_name: str = Field(min_length=1)\n", vec![]),
        ("app/s.py", "class User(:\n Column(", vec![]),
    ] {
        assert_eq!(found(path, text), expected, "{text}");
    }
}
